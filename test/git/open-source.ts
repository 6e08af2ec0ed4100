import { onTestFinished } from 'vitest';
import { defaultLimits, Sandbox } from '../../src/collectors/render/sandbox.ts';
import { type HelmInput, ToolRenderer } from '../../src/collectors/render/tool-renderer.ts';
import { parseSourceSpec } from '../../src/collectors/source-spec.ts';
import type { TreeManifests } from '../../src/collectors/tree-manifests.ts';
import type { GitCredentials } from '../../src/git/git-repository.ts';
import { openGitManifests } from '../../src/git/git-manifest-source.ts';
import type { GitSetup } from '../../src/git/run-git.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

export const noHelmSettings: HelmInput = {
  namespace: 'shop',
  release: null,
  values: [],
  kubeVersion: null,
  apiVersions: [],
};

/** A renderer without any tool: what has to be rendered fails with `tool-missing`. */
export function noRenderer(): ToolRenderer {
  const sandbox = new Sandbox({ searchPath: '', limits: defaultLimits });
  return new ToolRenderer({ sandbox, tools: { kustomize: null, kubectl: null, helm: null }, helm: noHelmSettings });
}

export function gitSetup(): GitSetup {
  return { program: 'git', variables: { PATH: process.env['PATH'] }, home: temporaryFolder() };
}

export interface OpenOptions {
  readonly credentials?: GitCredentials;
  readonly pollInterval?: number;
  readonly cacheDirectory?: string;
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

/** Opens `REPO#REVISION:PATH` and closes it with the test. */
export async function openSource(source: string, options: OpenOptions = {}): Promise<TreeManifests> {
  const spec = parseSourceSpec(source);
  if (spec.kind !== 'git') throw new TypeError('no repository');
  const setup = gitSetup();
  const opened = await openGitManifests(spec, {
    setup: { ...setup, variables: { ...setup.variables, ...options.variables } },
    cacheDirectory: options.cacheDirectory ?? temporaryFolder(),
    credentials: options.credentials ?? null,
    pollInterval: options.pollInterval ?? 60_000,
    renderer: noRenderer(),
    now: () => new Date('2026-02-03T04:05:06Z'),
  });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened.manifests;
}
