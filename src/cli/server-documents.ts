import { z } from 'zod';

const sight = z.enum(['live', 'restart', 'next-start', 'never']);

/** What the command line needs of a daemon's documents to show them to people. Further members pass. */
export const blastRadiusDocument = z.object({
  of: z.string(),
  affected: z.array(
    z.object({
      id: z.string(),
      effect: z.enum(['breaks', 'degrades', 'may-degrade']),
      probability: z.number(),
      path: z.array(z.string()),
      evidence: z.array(z.string()),
      tier: z.string().nullable(),
      owner: z.string().nullable(),
      sees: sight.nullable().default(null),
      share: z.number().nullable().default(null),
    }),
  ),
  because: z.string().optional(),
  changes: z
    .array(
      z.object({
        resource: z.string(),
        change: z.enum(['changed', 'added', 'removed']),
        paths: z.array(z.string()),
        reaches: z.array(z.object({ id: z.string(), sees: sight, since: z.string().nullable(), why: z.string() })),
        unknown: z.array(z.string()),
      }),
    )
    .optional(),
  entryPoints: z.array(z.string()),
  unlisted: z.number().default(0),
  coverage: z.object({ workloads: z.number(), withEvidence: z.number(), notSeen: z.array(z.string()) }),
});

const keyNode = z.object({
  id: z.string(),
  role: z.string(),
  callers: z.number(),
  replicas: z.number().nullable(),
  owner: z.string().nullable(),
});
const border = z.object({ from: z.string(), to: z.string(), edges: z.number() });

export const domainsDocument = z.object({
  circles: z.array(z.array(z.string())),
  cutPoints: z.array(keyNode),
  shared: z.array(keyNode),
  namespaces: z.array(border),
  zones: z.object({
    borders: z.array(border),
    pinned: z.array(z.object({ id: z.string(), zones: z.array(z.string()) })),
  }),
  // Daemons of earlier versions do not tell.
  resilience: z
    .object({
      retryChains: z.array(z.object({ path: z.array(z.string()), calls: z.number() })),
      timeoutInversions: z.array(
        z.object({
          caller: z.string(),
          callee: z.string(),
          behind: z.string(),
          waits: z.number(),
          needs: z.number(),
        }),
      ),
    })
    .default({ retryChains: [], timeoutInversions: [] }),
  coverage: z.object({ workloads: z.number(), withEvidence: z.number(), notSeen: z.array(z.string()) }),
});

export const upstreamDocument = z.object({
  of: z.string(),
  changes: z.array(
    z.object({
      resource: z.string(),
      path: z.string(),
      change: z.string(),
      state: z.enum(['open', 'resolved']),
      actor: z.object({ manager: z.string(), class: z.string() }).nullable(),
      onset: z.object({ notAfter: z.string() }),
      effect: z.enum(['breaks', 'degrades', 'may-degrade']),
      probability: z.number(),
      through: z.array(z.string()),
      why: z.string(),
    }),
  ),
  notSeen: z.array(z.string()),
});

const errorDocument = z.object({ what: z.string(), why: z.string(), remedy: z.string() });

const rulesDocument = z.object({
  known: z.number(),
  canGo: z.array(
    z.object({
      rule: z.string(),
      origin: z.string(),
      state: z.string(),
      quietSince: z.string(),
      expires: z.string().nullable(),
    }),
  ),
});

export const statusDocument = z.object({
  phase: z.string(),
  ready: z.boolean(),
  startedAt: z.string(),
  lastRoundAt: z.string().nullable(),
  nextWholeRoundAt: z.string().nullable(),
  trouble: errorDocument.nullable(),
  sources: z.array(
    z.object({
      source: z.string(),
      revision: z.string().nullable(),
      readAt: z.string().nullable(),
      error: errorDocument.nullable(),
    }),
  ),
  rules: rulesDocument.optional(),
  leadership: z
    .object({ isLeader: z.boolean(), identity: z.string(), leader: z.string().nullable(), reason: z.string() })
    .optional(),
  kinds: z.array(
    z.object({
      kind: z.object({ apiVersion: z.string(), kind: z.string() }),
      phase: z.string(),
      since: z.string(),
      reason: z.string(),
      objects: z.number(),
      lastEventAt: z.string().nullable().default(null),
      lastListAt: z.string().nullable().default(null),
      relists: z.number().default(0),
      restarts: z.record(z.string(), z.number()).default({}),
    }),
  ),
});

export type StatusView = z.output<typeof statusDocument>;
