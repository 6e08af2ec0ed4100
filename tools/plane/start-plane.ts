import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../file-lock.ts';
import { type ClusterClient, createClusterClient } from './cluster-client.ts';
import { type Component, componentFailed, createComponent } from './component.ts';
import { findFreePorts } from './free-ports.ts';
import { formatKubeconfig } from './kubeconfig.ts';
import { clientCertificate, createPki, type Pki } from './pki.ts';
import {
  apiserverArguments,
  controllerManagerArguments,
  etcdArguments,
  kwokArguments,
  type PlanePorts,
  schedulerArguments,
} from './plane-arguments.ts';
import { findPlaneBinaries, type PlaneBinaries } from './plane-binaries.ts';
import { formatStages } from './stages.ts';

export interface PlaneOptions {
  /** How many nodes to create; each takes any number of pods. Default 1. */
  readonly nodes?: number;
  /** Only etcd and the API server: no controllers, no nodes, half the start time. Default false. */
  readonly apiOnly?: boolean;
  /** Further flags of kube-apiserver, such as `--max-requests-inflight=1`; the last one given wins. */
  readonly apiserverFlags?: readonly string[];
  readonly controllerManagerFlags?: readonly string[];
  readonly onProgress?: (line: string) => void;
}

/** A running control plane of this process alone. It ends when this process ends, however that happens. */
export interface Plane {
  /** Path of a kubeconfig of a cluster administrator (group system:masters). */
  readonly kubeconfig: string;
  /** Base address of the API server. */
  readonly url: string;
  /** Base address of etcd's JSON gateway, for example to compact. */
  readonly etcdUrl: string;
  /** Temporary directory with logs, certificates and data; removed by `stop`. */
  readonly dir: string;
  readonly etcd: Component;
  readonly apiserver: Component;
  readonly controllerManager: Component;
  readonly scheduler: Component;
  readonly kwok: Component;
  /** Sends a request to the API server as administrator. */
  readonly request: ClusterClient;
  /** Waits until the API server is ready, for example after a restart. */
  readonly waitUntilReady: () => Promise<void>;
  /** A kubeconfig (its path) of a user with a client certificate in these groups. */
  readonly createUser: (name: string, groups?: readonly string[]) => string;
  /** Forgets all history before now, so that older resource versions answer 410 Gone. */
  readonly compact: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const dirPrefix = 'mooring-plane-';

/**
 * Starts etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok on free loopback ports with certificates of
 * their own, and waits until service accounts are made and the nodes are ready. Throws AppError when a part does not come up.
 */
export async function startPlane(options: PlaneOptions = {}): Promise<Plane> {
  const onProgress = options.onProgress ?? ((): void => {});
  const binaries = await findPlaneBinaries(onProgress);
  removeAbandonedPlanes();
  const dir = mkdtempSync(join(tmpdir(), `${dirPrefix}${process.pid}-`));
  const plane = await assemblePlane(dir, binaries, options);
  try {
    await bringUp(plane, options);
    return plane;
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

async function assemblePlane(dir: string, binaries: PlaneBinaries, options: PlaneOptions): Promise<Plane> {
  const ports = await choosePorts();
  const pki = createPki(join(dir, 'pki'));
  const url = `https://127.0.0.1:${ports.apiserver}`;
  const kubeconfig = join(dir, 'admin.kubeconfig');
  writeUser(kubeconfig, url, pki, { name: 'admin', groups: ['system:masters'] });
  const stagesFile = join(dir, 'stages.yaml');
  writeFileSync(stagesFile, formatStages());
  mkdirSync(join(dir, 'logs'));
  const component = (name: keyof PlaneBinaries, args: readonly string[]): Component =>
    createComponent({
      name,
      command: binaries[name],
      args,
      logFile: join(dir, 'logs', `${name}.log`),
      cwd: dir,
      // The home of the developer must not leak in: kwok and client-go read configuration from there.
      environment: { HOME: dir, PATH: process.env['PATH'] ?? '' },
    });
  const etcd = component('etcd', etcdArguments(join(dir, 'etcd'), ports));
  const apiserver = component('kube-apiserver', [...apiserverArguments(pki, ports), ...(options.apiserverFlags ?? [])]);
  const controllerManager = component('kube-controller-manager', [
    ...controllerManagerArguments(pki, kubeconfig, ports),
    ...(options.controllerManagerFlags ?? []),
  ]);
  const scheduler = component('kube-scheduler', schedulerArguments(kubeconfig, ports));
  const kwok = component('kwok', kwokArguments(kubeconfig, stagesFile, ports));
  const etcdUrl = `http://127.0.0.1:${ports.etcd}`;
  const request = createClusterClient(url, pki.authority.certificate, pki.admin);
  return {
    kubeconfig,
    url,
    etcdUrl,
    dir,
    etcd,
    apiserver,
    controllerManager,
    scheduler,
    kwok,
    request,
    waitUntilReady: () => waitForApiserver(apiserver, request),
    createUser: (name, groups = []) => {
      const file = join(dir, `${name.replace(/[^a-zA-Z0-9.-]/g, '_')}.kubeconfig`);
      writeUser(file, url, pki, { name, groups });
      return file;
    },
    compact: () => compactEtcd(etcdUrl),
    stop: async () => {
      for (const each of [kwok, scheduler, controllerManager, apiserver, etcd]) await each.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function choosePorts(): Promise<PlanePorts> {
  const [etcd = 0, etcdPeer = 0, apiserver = 0, controllerManager = 0, scheduler = 0, kwok = 0] =
    await findFreePorts(6);
  return { etcd, etcdPeer, apiserver, controllerManager, scheduler, kwok };
}

async function bringUp(plane: Plane, options: PlaneOptions): Promise<void> {
  plane.etcd.start();
  await waitFor(plane.etcd, 30, async () => {
    const answer = await fetch(`${plane.etcdUrl}/health`);
    return answer.ok;
  });
  plane.apiserver.start();
  await plane.waitUntilReady();
  if (options.apiOnly === true) return;
  plane.controllerManager.start();
  plane.scheduler.start();
  plane.kwok.start();
  const nodes = Array.from({ length: options.nodes ?? 1 }, (_, index) => `node-${index + 1}`);
  for (const node of nodes) await createNode(plane.request, node);
  await waitFor(plane.controllerManager, 60, async () => {
    const answer = await plane.request('GET', '/api/v1/namespaces/default/serviceaccounts/default');
    return answer.status === 200;
  });
  await waitFor(plane.kwok, 60, async () => {
    const answer = await plane.request('GET', '/api/v1/nodes');
    return (answer.body.match(/"reason":\s*"KubeletReady"/g) ?? []).length >= nodes.length;
  });
}

async function createNode(request: ClusterClient, name: string): Promise<void> {
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' };
  await request('POST', '/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, annotations: { 'kwok.x-k8s.io/node': 'fake' } },
  });
}

function waitForApiserver(apiserver: Component, request: ClusterClient): Promise<void> {
  return waitFor(apiserver, 90, async () => (await request('GET', '/readyz')).status === 200);
}

/** Asks every 100 ms until the answer is yes; gives up when the component has ended or `seconds` have gone by. */
async function waitFor(component: Component, seconds: number, isReady: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + seconds * 1_000;
  let last = 'it did not answer';
  while (Date.now() < deadline) {
    component.assertRunning();
    try {
      if (await isReady()) return;
      last = 'it answered, but was not ready';
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(100);
  }
  throw componentFailed(component, `not ready within ${seconds} s (${last})`);
}

function writeUser(
  file: string,
  url: string,
  pki: Pki,
  user: { readonly name: string; readonly groups: readonly string[] },
): void {
  const client = user.name === 'admin' ? pki.admin : clientCertificate(pki.authority, user.name, user.groups);
  const text = formatKubeconfig({ url, caCertificate: pki.authority.certificate, user: user.name, client });
  writeFileSync(file, text, { mode: 0o600 });
}

async function compactEtcd(etcdUrl: string): Promise<void> {
  const post = async (path: string, body: unknown): Promise<string> => {
    const answer = await fetch(`${etcdUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });
    return answer.text();
  };
  const range = await post('/v3/kv/range', { key: Buffer.from('compact').toString('base64') });
  const revision = /"revision":\s*"(\d+)"/.exec(range)?.[1];
  if (revision === undefined) throw new Error(`etcd named no revision: ${range}`);
  await post('/v3/kv/compaction', { revision, physical: true });
}

/** A plane whose process was killed leaves its directory behind; the next one tidies up. */
function removeAbandonedPlanes(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = new RegExp(`^${dirPrefix}(\\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}
