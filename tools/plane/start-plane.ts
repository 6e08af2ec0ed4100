import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterClient, createClusterClient } from './cluster-client.ts';
import { type Component, createComponent } from './component.ts';
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
import { findPlaneBinaries, type PlaneBinaries, type PlaneProgram } from './plane-binaries.ts';
import { compactEtcd, createNodes, planeDirPrefix, removeAbandonedPlanes, waitFor } from './plane-chores.ts';
import { formatStages } from './stages.ts';

export interface PlaneOptions {
  /** How many nodes to create; each takes any number of pods. Default 1. */
  readonly nodes?: number;
  /** Only etcd and the API server: no controllers, no nodes, quicker to start. Default false. */
  readonly apiOnly?: boolean;
  /** Further flags of kube-apiserver, such as `--max-requests-inflight=1`; the last one given wins. */
  readonly apiserverFlags?: readonly string[];
  readonly controllerManagerFlags?: readonly string[];
  readonly onProgress?: (line: string) => void;
}

/** The programs of a plane; each can be killed and started again on the same data and port. */
export interface PlaneComponents {
  readonly etcd: Component;
  readonly apiserver: Component;
  readonly controllerManager: Component;
  readonly scheduler: Component;
  readonly kwok: Component;
}

/** A running control plane of this process alone. It ends when this process ends, however that happens. */
export interface Plane extends PlaneComponents {
  /** Path of a kubeconfig of a cluster administrator (group system:masters). */
  readonly kubeconfig: string;
  /** Base address of the API server. */
  readonly url: string;
  /** Base address of etcd's JSON gateway. */
  readonly etcdUrl: string;
  /** Temporary directory with logs, certificates and data; removed by `stop`. */
  readonly dir: string;
  /** Sends a request to the API server as administrator. */
  readonly request: ClusterClient;
  /** Waits until the API server is ready, for example after a restart. */
  readonly waitUntilReady: () => Promise<void>;
  /** A kubeconfig (its path) of a user with a client certificate in these groups. */
  readonly createUser: (name: string, groups?: readonly string[]) => string;
  /**
   * Makes etcd forget all history. The API server still serves old versions from its watch cache: restart it, or start the
   * plane with `--watch-cache=false`, to be told 410 Gone.
   */
  readonly compact: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Everything that is decided before the first program starts. */
interface Layout {
  readonly dir: string;
  readonly url: string;
  readonly etcdUrl: string;
  readonly kubeconfig: string;
  readonly stagesFile: string;
  readonly ports: PlanePorts;
  readonly pki: Pki;
}

/**
 * Starts etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok on free loopback ports with certificates of
 * their own, and waits until service accounts are made and the nodes are ready. Throws AppError when a part does not come up.
 */
export async function startPlane(options: PlaneOptions = {}): Promise<Plane> {
  const binaries = await findPlaneBinaries(options.onProgress ?? ((): void => {}));
  removeAbandonedPlanes();
  const layout = await prepareLayout(mkdtempSync(join(tmpdir(), `${planeDirPrefix}${process.pid}-`)));
  const components = createComponents(layout, binaries, options);
  const plane = assemblePlane(layout, components);
  try {
    await bringUp(plane, options);
    return plane;
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

async function prepareLayout(dir: string): Promise<Layout> {
  const [etcd = 0, etcdPeer = 0, apiserver = 0, controllerManager = 0, scheduler = 0, kwok = 0] =
    await findFreePorts(6);
  const layout = {
    dir,
    url: `https://127.0.0.1:${apiserver}`,
    etcdUrl: `http://127.0.0.1:${etcd}`,
    kubeconfig: join(dir, 'admin.kubeconfig'),
    stagesFile: join(dir, 'stages.yaml'),
    ports: { etcd, etcdPeer, apiserver, controllerManager, scheduler, kwok },
    pki: createPki(join(dir, 'pki')),
  };
  writeUser(layout, 'admin', ['system:masters']);
  writeFileSync(layout.stagesFile, formatStages());
  mkdirSync(join(dir, 'logs'));
  return layout;
}

function createComponents(layout: Layout, binaries: PlaneBinaries, options: PlaneOptions): PlaneComponents {
  const { dir, kubeconfig, pki, ports } = layout;
  const component = (name: PlaneProgram, args: readonly string[], further: readonly string[] = []): Component =>
    createComponent({
      name,
      command: binaries[name],
      args: [...args, ...further],
      logFile: join(dir, 'logs', `${name}.log`),
      cwd: dir,
      // The home of the developer must not leak in: kwok and client-go read configuration from there.
      environment: { HOME: dir, PATH: process.env['PATH'] ?? '' },
    });
  return {
    etcd: component('etcd', etcdArguments(join(dir, 'etcd'), ports)),
    apiserver: component('kube-apiserver', apiserverArguments(pki, ports), options.apiserverFlags),
    controllerManager: component(
      'kube-controller-manager',
      controllerManagerArguments(pki, kubeconfig, ports),
      options.controllerManagerFlags,
    ),
    scheduler: component('kube-scheduler', schedulerArguments(kubeconfig, ports)),
    kwok: component('kwok', kwokArguments(kubeconfig, layout.stagesFile, ports)),
  };
}

function assemblePlane(layout: Layout, components: PlaneComponents): Plane {
  const { dir, etcdUrl, kubeconfig, pki, url } = layout;
  const request = createClusterClient(url, pki.authority.certificate, pki.admin);
  return {
    ...components,
    kubeconfig,
    url,
    etcdUrl,
    dir,
    request,
    waitUntilReady: () =>
      waitFor(components.apiserver, 90, async () => (await request('GET', '/readyz')).status === 200),
    createUser: (name, groups = []) => writeUser(layout, name, groups),
    compact: () => compactEtcd(etcdUrl),
    stop: async () => {
      const { kwok, scheduler, controllerManager, apiserver, etcd } = components;
      for (const each of [kwok, scheduler, controllerManager, apiserver, etcd]) await each.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function bringUp(plane: Plane, options: PlaneOptions): Promise<void> {
  plane.etcd.start();
  await waitFor(plane.etcd, 30, async () => (await fetch(`${plane.etcdUrl}/health`)).ok);
  plane.apiserver.start();
  await plane.waitUntilReady();
  if (options.apiOnly === true) return;
  plane.controllerManager.start();
  plane.scheduler.start();
  plane.kwok.start();
  await createNodes(plane.kwok, plane.request, options.nodes ?? 1);
  await waitFor(plane.controllerManager, 60, async () => {
    const answer = await plane.request('GET', '/api/v1/namespaces/default/serviceaccounts/default');
    return answer.status === 200;
  });
}

function writeUser(layout: Layout, name: string, groups: readonly string[]): string {
  const { dir, pki, url } = layout;
  const client = name === 'admin' ? pki.admin : clientCertificate(pki.authority, name, groups);
  const file = join(dir, `${name.replace(/[^a-zA-Z0-9.-]/g, '_')}.kubeconfig`);
  const text = formatKubeconfig({ url, caCertificate: pki.authority.certificate, user: name, client });
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}
