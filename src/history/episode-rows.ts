import { z } from 'zod';
import type { ActorClass, Severity } from '../drift/drift-report.ts';
import { AppError } from '../errors/app-error.ts';
import type { Episode } from '../incidents/episode.ts';
import { formatJson, parseJson } from '../resource/json.ts';
import type { JsonValue } from '../resource/json.ts';
import { formatResourceId } from '../resource/resource-id.ts';
import type { EpisodesTable } from './store-schema.ts';

const actorClasses = [
  'human',
  'human-operational',
  'human-or-ci',
  'ci',
  'gitops',
  'controller',
  'platform',
  'admission-suspected',
  'suspicious',
  'unknown',
] as const satisfies readonly ActorClass[];
const severities = ['info', 'low', 'medium', 'high', 'critical'] as const satisfies readonly Severity[];

const text = z.string().nullable();
const json = z.custom<JsonValue>((value) => value !== undefined);
const actor = z
  .object({
    manager: text,
    class: z.enum(actorClasses),
    operation: z.enum(['Apply', 'Update']).nullable(),
    subresource: text,
    at: text,
    notBefore: text,
    notAfter: text,
    confidence: z.enum(['high', 'medium', 'low']),
    why: z.string(),
    coOwners: z.array(z.string()).exactOptional(),
    user: z.string().exactOptional(),
  })
  .nullable();

const episodeSchema = z.object({
  id: z.string(),
  fingerprint: z.string(),
  recurrence: z.int(),
  resource: z.object({ group: z.string(), kind: z.string(), namespace: z.string(), name: z.string() }),
  apiVersion: z.string(),
  path: z.string(),
  change: z.enum(['changed', 'added', 'removed', 'missing', 'extra']),
  state: z.enum(['open', 'resolved']),
  severity: z.enum(severities),
  worst: z.enum(severities),
  score: z.number(),
  reasons: z.array(z.object({ rule: z.string(), points: z.number(), text: z.string() })),
  desired: json,
  live: json,
  actor,
  origin: z.object({ file: z.string(), line: z.number() }).nullable(),
  onset: z.object({ notBefore: text, notAfter: z.string() }),
  openedAt: z.string(),
  updatedAt: z.string(),
  resolvedAt: text,
  resolution: text,
  changes: z.int(),
});

/** Throws AppError `store-damaged` when the document is not an episode. */
export function episodeFromDocument(document: string): Episode {
  const parsed = episodeSchema.safeParse(parseJson(document));
  if (parsed.success) return parsed.data;
  throw new AppError({
    code: 'store-damaged',
    what: 'cannot read an episode from the state file',
    why: z.prettifyError(parsed.error),
    remedy: 'Move the state file aside and restart Mooring',
  });
}

export function episodeRow(episode: Episode): EpisodesTable {
  return {
    id: episode.id,
    fingerprint: episode.fingerprint,
    recurrence: episode.recurrence,
    resource: formatResourceId(episode.resource),
    state: episode.state,
    severity: episode.severity,
    opened_at: Date.parse(episode.openedAt),
    resolved_at: episode.resolvedAt === null ? null : Date.parse(episode.resolvedAt),
    document: formatJson(episode),
  };
}
