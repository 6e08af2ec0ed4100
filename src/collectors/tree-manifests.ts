import { Buffer } from 'node:buffer';
import { posix } from 'node:path';
import { AppError } from '../errors/app-error.ts';
import { formatJson } from '../resource/json.ts';
import type { Resource } from '../resource/resource.ts';
import type { DesiredSnapshot } from '../resource/snapshot.ts';
import type { EarlierState, FileTree, TreeEntry, TreeState } from './file-tree.ts';
import { findResource, isSame } from './find-resource.ts';
import { type DocumentLines, locateLines } from './line-locator.ts';
import type { EarlierVersion, ManifestSource } from './manifest-source.ts';
import { maxFileBytes } from './parse-manifests.ts';
import { ParsedFiles } from './parsed-files.ts';
import { catalogFiles, choosePlainFiles, renderFileOf } from './plain-files.ts';
import type { ManifestRenderer, Rendering } from './render/manifest-renderer.ts';
import { splitDocuments } from './split-documents.ts';

export interface TreeManifestsOptions {
  /** The SOURCE as it was given, without credentials. */
  readonly name: string;
  readonly tree: FileTree;
  /** The folder (or file) of the tree that is the source; empty for all of it. */
  readonly path: string;
  /** Whether `Origin` counts from `path` (a directory that was named) instead of the tree's root (a repository). */
  readonly originFromPath: boolean;
  readonly renderer: ManifestRenderer;
  now(): Date;
}

interface Held {
  readonly state: TreeState;
  /** Equal when nothing that the source is made of has changed. */
  readonly signature: string;
  readonly snapshot: DesiredSnapshot;
  readonly rendering: Rendering | null;
}

/** How many earlier renderings are tried: each starts programs. */
const maxEarlierRenderings = 5;
const maxRememberedFiles = 200;

/** Desired state from a tree of files: plain manifests, or what Kustomize or Helm render. */
export class TreeManifests implements ManifestSource {
  readonly name: string;
  readonly #options: TreeManifestsOptions;
  readonly #files = new ParsedFiles();
  readonly #earlierTexts = new Map<string, Promise<readonly EarlierText[]>>();
  #held: Held | undefined;
  #located: { readonly key: string; readonly lines: DocumentLines } | undefined;

  constructor(options: TreeManifestsOptions) {
    this.#options = options;
    this.name = options.name;
  }

  async read(signal: AbortSignal): Promise<DesiredSnapshot> {
    const { tree, path } = this.#options;
    const state = await tree.newest(signal);
    const held = this.#held;
    const isSameState = held !== undefined && state.revision !== null && held.state.revision === state.revision;
    if (isSameState && (held.rendering === null || (await this.#isCurrent(signal)))) return held.snapshot;
    const entries = await tree.list(state, path, signal);
    if (entries.length === 0 && path !== '') throw this.#nothingThere(state);
    const render = renderFileOf(entries, path);
    const next =
      render === undefined ? await this.#readPlain(state, entries, signal) : await this.#render(state, entries, signal);
    this.#held = next;
    this.#located = undefined;
    this.#earlierTexts.clear();
    return next.snapshot;
  }

  async earlier(resource: Resource, limit: number, signal: AbortSignal): Promise<readonly EarlierVersion[]> {
    const held = this.#held;
    if (held === undefined || held.state.revision === null || resource.origin === null) return [];
    const candidates =
      held.rendering === null
        ? this.#earlierPlain(held.state, resource, limit, signal)
        : this.#earlierRendered(held, resource, Math.min(limit, maxEarlierRenderings), signal);
    const seen = new Set([formatJson(resource.body)]);
    const versions: EarlierVersion[] = [];
    for await (const version of candidates) {
      const text = formatJson(version.resource.body);
      if (seen.has(text)) continue;
      seen.add(text);
      versions.push(version);
    }
    return versions;
  }

  lineOf(resource: Resource, path: string): number | null {
    const { origin } = resource;
    const held = this.#held;
    if (origin === null || held === undefined) return null;
    const lines = this.#linesOf(origin.file, origin.line);
    const line = lines?.lineOf(resource.id, path) ?? null;
    if (line === null || held.rendering === null) return line;
    // A base declares the line, but an overlay may have had the last word.
    const rendered = locateLines({ text: formatJson(resource.body), offsetLine: 1 });
    return rendered.textOf(resource.id, path) === lines?.textOf(resource.id, path) ? line : null;
  }

  /** The text of a file that the last read was made from, by its path as in `Origin`; undefined for others. */
  text(file: string): string | undefined {
    const path = this.#options.originFromPath ? posix.join(this.#options.path, file) : file;
    return this.#held?.rendering?.texts.get(path) ?? this.#files.text(path);
  }

  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    const folders = this.#held?.rendering?.inputs ?? [this.#options.path];
    await this.#options.tree.watch(folders, changed, signal);
  }

  async #isCurrent(signal: AbortSignal): Promise<boolean> {
    return (await this.#options.renderer.isCurrent?.(signal)) ?? true;
  }

  async #readPlain(state: TreeState, entries: readonly TreeEntry[], signal: AbortSignal): Promise<Held> {
    const { tree, path } = this.#options;
    const signature = entries.map((entry) => `${entry.path}\0${entry.id}`).join('\0');
    if (this.#held?.rendering === null && this.#held.signature === signature) return this.#renew(this.#held, state);
    const chosen = await choosePlainFiles(tree, state, entries, { folder: path, signal });
    const { resources, entities = [], gaps } = await this.#files.read(tree, state, chosen.files, signal);
    const snapshot = { ...this.#frame(state), resources, entities, gaps: [...chosen.gaps, ...gaps], unstable: [] };
    return { state, signature, snapshot, rendering: null };
  }

  async #render(state: TreeState, entries: readonly TreeEntry[], signal: AbortSignal): Promise<Held> {
    const { tree, path, renderer } = this.#options;
    const rendering = await renderer.render({ tree, state, folder: path, entries }, signal);
    const chosen = catalogFiles(entries);
    const catalog = await this.#files.read(tree, state, chosen.files, signal);
    const gaps = [...rendering.gaps, ...chosen.gaps, ...catalog.gaps];
    const place = (resource: Resource): Resource =>
      this.#options.originFromPath ? fromFolder(resource, path) : resource;
    const entities = (catalog.entities ?? []).map(place);
    if (this.#held?.rendering === rendering) {
      const renewed = this.#renew(this.#held, state);
      return { ...renewed, snapshot: { ...renewed.snapshot, entities, gaps } };
    }
    const { unstable } = rendering;
    const resources = rendering.resources.map(place);
    return {
      state,
      signature: '',
      snapshot: { ...this.#frame(state), resources, entities, gaps, unstable },
      rendering,
    };
  }

  /** The same content at a later revision or moment. */
  #renew(held: Held, state: TreeState): Held {
    return { ...held, state, snapshot: { ...held.snapshot, ...this.#frame(state) } };
  }

  #frame(state: TreeState): Pick<DesiredSnapshot, 'source' | 'readAt' | 'revision'> {
    return { source: this.name, readAt: this.#options.now().toISOString(), revision: state.revision };
  }

  async *#earlierPlain(
    state: TreeState,
    resource: Resource,
    limit: number,
    signal: AbortSignal,
  ): AsyncGenerator<EarlierVersion> {
    const file = resource.origin?.file ?? '';
    const key = `${file}\0${limit}`;
    const texts = this.#earlierTexts.get(key) ?? this.#readEarlier(state, file, limit, signal);
    if (this.#earlierTexts.size < maxRememberedFiles) this.#earlierTexts.set(key, texts);
    for (const { text, state: at } of await texts) {
      const found = findResource(text, file, resource);
      if (found !== undefined) yield versionOf(at, found);
    }
  }

  async #readEarlier(
    state: TreeState,
    file: string,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly EarlierText[]> {
    const { tree } = this.#options;
    const states = await tree.earlier(state, [file], limit, signal);
    const found = states.flatMap((earlier) => pickFile(earlier));
    const contents = await tree.read(
      state,
      found.map(({ entry }) => entry),
      signal,
    );
    return contents.flatMap((content, index) => {
      const at = found[index]?.state;
      if (content.kind !== 'content' || content.bytes.length > maxFileBytes || at === undefined) return [];
      return [{ state: at, text: Buffer.from(content.bytes).toString('utf8') }];
    });
  }

  async *#earlierRendered(
    held: Held,
    resource: Resource,
    limit: number,
    signal: AbortSignal,
  ): AsyncGenerator<EarlierVersion> {
    const { tree, path, renderer } = this.#options;
    const states = await tree.earlier(held.state, held.rendering?.inputs ?? [], limit, signal);
    for (const { state } of states) {
      try {
        const entries = await tree.list(state, path, signal);
        const { resources } = await renderer.render({ tree, state, folder: path, entries, trial: true }, signal);
        const found = resources.find((candidate) => isSame(candidate, resource));
        if (found !== undefined) yield versionOf(state, found);
      } catch (error) {
        // An earlier revision that could not be rendered was never live.
        if (!(error instanceof AppError)) throw error;
      }
    }
  }

  #linesOf(file: string, line: number): DocumentLines | undefined {
    const key = `${file}\0${line}`;
    if (this.#located?.key === key) return this.#located.lines;
    const text = this.text(file);
    if (text === undefined) return undefined;
    const document = splitDocuments(text).findLast((candidate) => candidate.line <= line);
    if (document === undefined) return undefined;
    const lines = locateLines(document);
    this.#located = { key, lines };
    return lines;
  }

  #nothingThere(state: TreeState): AppError {
    return new AppError({
      code: 'source-not-found',
      what: `cannot read ${this.name}`,
      why: `there is no ${this.#options.path}${state.revision === null ? '' : ` in commit ${state.revision.slice(0, 12)}`}`,
      remedy: 'Correct the path of the source',
    });
  }
}

interface EarlierText {
  readonly state: TreeState;
  readonly text: string;
}

/** The file as it was then, under the name it had. */
function pickFile({
  state,
  entries,
}: EarlierState): readonly { readonly state: TreeState; readonly entry: TreeEntry }[] {
  const entry = entries.find(({ kind }) => kind === 'file');
  return entry === undefined ? [] : [{ state, entry }];
}

function fromFolder(resource: Resource, folder: string): Resource {
  const { origin } = resource;
  return origin === null ? resource : { ...resource, origin: { ...origin, file: posix.relative(folder, origin.file) } };
}

function versionOf(state: TreeState, resource: Resource): EarlierVersion {
  return { revision: state.revision ?? '', committedAt: state.committedAt ?? '', resource };
}
