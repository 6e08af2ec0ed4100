/**
 * Every key that a log line may carry beside time, level and message. A closed list keeps lines searchable and keeps objects,
 * and with them the values of Secrets, out of the log: values are scalars that name things, never contents.
 */
export const logKeys = {
  resource: 'A resource as group/kind/namespace/name.',
  kind: 'A kind with its version.',
  source: 'A desired or live source, without credentials.',
  revision: 'A commit.',
  episode: 'The fingerprint of an episode.',
  verdict: 'A verdict.',
  severity: 'A severity.',
  path: 'A field path.',
  rule: 'A rule that leaves differences alone, in words.',
  origin: 'Where a rule is written.',
  image: 'An image as pods name it.',
  hook: 'The name of a hook.',
  delivery: 'The identifier of a delivery.',
  branch: 'The branch of a proposal.',
  address: 'Where something listens.',
  code: 'The code of an error.',
  what: 'What failed.',
  why: 'Why it failed.',
  remedy: 'What to do about it.',
  count: 'How many.',
  drifted: 'How many resources drifted.',
  milliseconds: 'How long it took.',
  attempt: 'Which attempt this was, from 1.',
  status: 'An HTTP status.',
  phase: 'The state of a watched kind.',
  reason: 'Why something was decided.',
  version: 'The version of Mooring.',
} as const;

export type LogKey = keyof typeof logKeys;
export type LogFields = Readonly<Partial<Record<LogKey, string | number | boolean | null>>>;
