import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LiveFeed, LiveRequest } from '../../src/collectors/live-source.ts';
import {
  createKubernetesSource,
  type KubernetesSource,
  type KubernetesSourceOptions,
} from '../../src/kubernetes/kubernetes-live-source.ts';
import type { KubernetesFeed } from '../../src/kubernetes/watch/kubernetes-feed.ts';
import { arrayAt, parseJson, stringAt } from '../../src/resource/json.ts';
import type { ResourceId } from '../../src/resource/resource-id.ts';
import { formatKubeconfig } from '../kubernetes/scripted-server.ts';
import { type FaultProxy, startFaultProxy, type Upstream } from '../kubernetes/fault-proxy.ts';

/** A feed of a test: what it was told, and what it reported as faults of its own. */
export interface Watching extends AsyncDisposable {
  readonly source: KubernetesSource;
  readonly feed: KubernetesFeed;
  /** `Kind/name` of each key it was told to look at again, in order. */
  readonly changed: string[];
  readonly faults: string[];
}

export async function startWatching(
  request: LiveRequest,
  options: Omit<KubernetesSourceOptions, 'environment'>,
  told: (ids: readonly ResourceId[]) => void = () => {},
): Promise<Watching> {
  const faults: string[] = [];
  const changed: string[] = [];
  const source = await createKubernetesSource({ environment: {}, onFault: (what) => faults.push(what), ...options });
  const note = (ids: readonly ResourceId[]): void => {
    changed.push(...ids.map(({ kind, name }) => `${kind}/${name}`));
    told(ids);
  };
  const feed = await source.watch(request, note, new AbortController().signal);
  return {
    source,
    feed,
    changed,
    faults,
    async [Symbol.asyncDispose]() {
      await feed.stop();
      await source.close();
    },
  };
}

/** A proxy before the API server of a kubeconfig as the plane writes it, and a kubeconfig that goes through it. */
export async function proxyBefore(kubeconfig: string): Promise<FaultProxy & AsyncDisposable & { kubeconfig: string }> {
  const proxy = await startFaultProxy(upstreamOf(kubeconfig));
  const dir = mkdtempSync(join(tmpdir(), 'mooring-proxied-'));
  const proxied = join(dir, 'kubeconfig');
  writeFileSync(proxied, formatKubeconfig(proxy.url));
  return Object.assign(proxy, {
    kubeconfig: proxied,
    [Symbol.asyncDispose]: async () => {
      await proxy.close();
      rmSync(dir, { recursive: true });
    },
  });
}

function upstreamOf(kubeconfig: string): Upstream {
  const document = parseJson(readFileSync(kubeconfig, 'utf8'));
  const [cluster] = arrayAt(document, 'clusters');
  const [user] = arrayAt(document, 'users');
  const pem = (text: string | undefined): string => Buffer.from(text ?? '', 'base64').toString('utf8');
  return {
    url: stringAt(cluster, 'cluster', 'server') ?? '',
    ca: pem(stringAt(cluster, 'cluster', 'certificate-authority-data')),
    cert: pem(stringAt(user, 'user', 'client-certificate-data')),
    key: pem(stringAt(user, 'user', 'client-key-data')),
  };
}

/** `namespace/name` → resourceVersion of everything of a kind that the feed holds. */
export function heldBy(feed: LiveFeed, kind: string): Record<string, string> {
  const entries = feed
    .snapshot()
    .resources.filter(({ id }) => id.kind === kind)
    .map(({ id, body }) => [`${id.namespace}/${id.name}`, stringAt(body, 'metadata', 'resourceVersion') ?? '']);
  return Object.fromEntries(entries.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)));
}

/** The same of what the API server says, asked without the product. */
export async function servedBy(ask: (path: string) => Promise<string>, path: string): Promise<Record<string, string>> {
  const entries = arrayAt(parseJson(await ask(path)), 'items').map((item) => [
    `${stringAt(item, 'metadata', 'namespace') ?? ''}/${stringAt(item, 'metadata', 'name') ?? ''}`,
    stringAt(item, 'metadata', 'resourceVersion') ?? '',
  ]);
  return Object.fromEntries(entries.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)));
}

export function stateOf(feed: KubernetesFeed, kind: string): ReturnType<KubernetesFeed['states']>[number] {
  const state = feed.states().find((each) => each.kind.kind === kind);
  if (state === undefined) throw new Error(`the feed does not watch ${kind}`);
  return state;
}

/** Waits until it holds; the time limit of the test ends it otherwise. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
