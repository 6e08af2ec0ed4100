import { z } from 'zod';
import { duration } from './duration.ts';
import { option, text } from './option.ts';

const matcher = text.regex(
  /^[a-zA-Z_]\w*\s*(?:=~|!~|!=|=)\s*"(?:[^"\\\n]|\\.)*"$/,
  'is no matcher; write it like cluster="east"',
);
const url = z
  .url({ protocol: /^https?$/, error: 'is no http or https URL' })
  .refine((value) => !/^https?:\/\/[^/]*@/i.test(value), 'holds credentials; name a file of them instead');

/** Keys of `mooring.yaml` about sources of observed traffic; a part of `options.ts`. */
export const observedOptions = {
  'observed[].name': option(text.max(100).optional(), {
    description:
      'What the source is called in answers and metrics, and under which its traffic is remembered. Its type by default.',
    type: 'text',
  }),
  'observed[].type': option(z.enum(['prometheus', 'jaeger', 'zipkin']).default('prometheus'), {
    description:
      'What is asked who calls whom: prometheus (its query API, also of Thanos, Mimir, Cortex, VictoriaMetrics), jaeger or zipkin.',
    type: 'text',
  }),
  'observed[].url': option(url, {
    description: 'Where it answers, with the path in front of /api if there is one.',
    type: 'text',
  }),
  'observed[].window': option(
    duration.prefault('10m').refine((value) => value >= 60_000 && value <= 86_400_000, 'is no time from 1m to 24h'),
    { description: 'Over which time calls are counted.', type: 'duration' },
  ),
  'observed[].interval': option(
    duration.prefault('1m').refine((value) => value >= 5_000 && value <= 86_400_000, 'is no time from 5s to 24h'),
    { description: 'How often it is asked.', type: 'duration' },
  ),
  'observed[].timeout': option(
    duration.prefault('15s').refine((value) => value >= 1_000 && value <= 300_000, 'is no time from 1s to 5m'),
    { description: 'How long one question may take.', type: 'duration' },
  ),
  'observed[].matchers': option(z.array(matcher).default([]), {
    description: 'Of Prometheus only series that match all of these, where one holds several clusters: cluster="east".',
    type: 'list',
  }),
  'observed[].tenant': option(text.optional(), {
    description: 'The tenant of Mimir, Cortex or Thanos (X-Scope-OrgID).',
    type: 'text',
  }),
  'observed[].tokenFile': option(text.optional(), {
    description: 'File of a bearer token, read anew for each question.',
    type: 'path',
    secret: true,
  }),
  'observed[].username': option(text.optional(), { description: 'User name, with passwordFile.', type: 'text' }),
  'observed[].passwordFile': option(text.optional(), {
    description: 'File of the password, read anew for each question.',
    type: 'path',
    secret: true,
  }),
  'observed[].caFile': option(text.optional(), {
    description: 'File of authorities that are trusted beside the usual ones.',
    type: 'path',
  }),
} as const;
