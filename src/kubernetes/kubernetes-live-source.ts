import type { KindRef, LiveRequest, LiveSource } from '../collectors/live-source.ts';
import type { ResourceId } from '../resource/resource-id.ts';
import type { LiveSnapshot } from '../resource/snapshot.ts';
import {
  type ConnectionOptions,
  type KubernetesConnection,
  openConnection,
} from './connection/kubernetes-connection.ts';
import { type Discovery, discoverKinds } from './discovery/discover-kinds.ts';
import { createListBudget, type ListBudget } from './list/list-budget.ts';
import { createParseTurns } from './list/parse-turns.ts';
import { type ReadContext, readKinds } from './list/read-kinds.ts';
import { kindKey } from './discovery/served-kind.ts';
import { groupVersionsOf, isMissed, kindsOf } from './list/requested-kinds.ts';
import { createOpenApiReader, type OpenApiReader } from './openapi-documents.ts';
import { createServerPulse } from './watch/server-pulse.ts';
import { KubernetesFeed } from './watch/kubernetes-feed.ts';

export interface KubernetesSourceOptions extends ConnectionOptions {
  /** Whether the data of Secrets is read. Default false: only their metadata. */
  readonly readSecrets?: boolean;
  /** Shared by all clusters of the process when given; otherwise this source has one of its own. */
  readonly listBudget?: ListBudget;
  readonly pageSize?: number;
  readonly watch?: Partial<WatchTiming>;
  /** The highest version of each kind that an earlier run saw (`state().version`), so that a restart never goes back in time. */
  readonly floorOf?: (kind: KindRef) => string;
  /** Hears of faults that a feed survives (a consumer that throws, a discovery that fails), once each. */
  readonly onFault?: (what: string, error: unknown) => void;
  readonly random?: () => number;
  readonly clock?: () => Date;
}

export interface WatchTiming {
  /** How long a watch may be down before its kind is called stale. Default 5 s. */
  readonly staleAfterMs: number;
  /**
   * How long a watch may be silent before its connection is taken for dead. Default 75 s: the server sends a bookmark every
   * 60 s while anything changes. A peer that is gone is found earlier by TCP's probes, a dead path by the regular discovery.
   */
  readonly silenceMs: number;
  /** Pause between two tries of a kind that is forbidden or gone. Default 30 s. */
  readonly restMs: number;
  /** How often new and vanished kinds are looked for, and whether the server answers at all. Default 10 s. */
  readonly discoveryMs: number;
  /** How long that may take before silent watches are given up. Default 10 s. */
  readonly answerMs: number;
  /** How long a turn takes that proves for every kind that cache and server are equal. Default 10 min. */
  readonly auditMs: number;
  /** How long a watch has time to come as far as the list of that proof. Default 90 s: quiet kinds hear a bookmark a minute. */
  readonly settleMs: number;
  /**
   * How long lists are refused that are older than what was seen, where the server neither has nor denies what was seen.
   * Default 10 min. A restored etcd is told apart by the server's own word, and a stale answer is never believed.
   */
  readonly pastMs: number;
}

const defaultTiming: WatchTiming = {
  staleAfterMs: 5_000,
  silenceMs: 75_000,
  restMs: 30_000,
  discoveryMs: 10_000,
  answerMs: 10_000,
  auditMs: 600_000,
  settleMs: 90_000,
  pastMs: 600_000,
};

/** A LiveSource over a cluster. `close` ends its connections. */
export interface KubernetesSource extends LiveSource {
  readonly connection: KubernetesConnection;
  /** A feed whose states also carry counters. Throws AppError when discovery fails; after that, faults are states. */
  watch(
    request: LiveRequest,
    changed: (ids: readonly ResourceId[]) => void,
    signal: AbortSignal,
  ): Promise<KubernetesFeed>;
  close(): Promise<void>;
}

/** Reads the kubeconfig and prepares the connection; the first request is sent by `read` or `watch`. */
export async function createKubernetesSource(options: KubernetesSourceOptions): Promise<KubernetesSource> {
  return kubernetesSourceOver(await openConnection(options), options);
}

function kubernetesSourceOver(connection: KubernetesConnection, options: KubernetesSourceOptions): KubernetesSource {
  const takeTurn = createParseTurns();
  const context: ReadContext = {
    connection,
    budget: options.listBudget ?? createListBudget(),
    takeTurn,
    readSecrets: options.readSecrets ?? false,
    random: options.random ?? Math.random,
    ...(options.pageSize === undefined ? {} : { pageSize: options.pageSize }),
  };
  const clock = options.clock ?? (() => new Date());
  const openApi = createOpenApiReader(connection, takeTurn);
  const name = `kube:${connection.context}`;
  const onFault = options.onFault ?? (() => {});
  let discovery: Discovery | undefined;

  return {
    name,
    connection,
    async read(request, signal) {
      const refs = kindsOf(request);
      discovery = await discoverKinds(connection, groupVersionsOf(refs), discovery, signal);
      return readSnapshot(
        { context, openApi, source: name, readAt: clock().toISOString() },
        discovery,
        request,
        signal,
      );
    },
    async watch(request, changed, signal) {
      discovery = await discoverKinds(connection, groupVersionsOf(kindsOf(request)), discovery, signal);
      const pulse = createServerPulse(context.random);
      const timing = { ...defaultTiming, ...options.watch, floorOf: options.floorOf ?? (() => '') };
      const feedOptions = { ...context, ...timing, clock, pulse, openApi, source: name, onFault };
      const feed = new KubernetesFeed(feedOptions, discovery, changed);
      signal.addEventListener('abort', () => void feed.stop(), { once: true });
      await feed.follow(request);
      feed.start();
      return feed;
    },
    close: () => connection.close(),
  };
}

interface SnapshotSubject {
  readonly context: ReadContext;
  readonly openApi: OpenApiReader;
  readonly source: string;
  readonly readAt: string;
}

/** Schemas are fetched while the lists run: both wait mostly for the server. */
async function readSnapshot(
  subject: SnapshotSubject,
  discovery: Discovery,
  request: LiveRequest,
  signal: AbortSignal,
): Promise<LiveSnapshot> {
  const [kinds, schemas] = await Promise.all([
    readKinds(
      subject.context,
      discovery,
      kindsOf(request).filter((ref) => discovery.kinds.has(kindKey(ref)) || isMissed(ref, request, discovery)),
      signal,
    ),
    subject.openApi.read(groupVersionsOf(request.declared), signal),
  ]);
  return {
    source: subject.source,
    readAt: subject.readAt,
    resources: kinds.resources,
    gaps: [...kinds.gaps, ...schemas.gaps],
    openApi: schemas.documents,
  };
}
