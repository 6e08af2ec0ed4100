/** The walls between the folders of `src/`, as data. `architecture.test.ts` checks them; `ARCHITECTURE.md` tells them. */

export interface FolderRule {
  /** Path below `src/`; the longest one that fits a file is its folder. */
  readonly folder: string;
  /** Folders whose files it may import. Its own is always allowed. */
  readonly mayImport: readonly string[];
  /** Folders of which it may import types only. */
  readonly mayImportTypes?: readonly string[];
  /** npm packages it may import; undefined: any. */
  readonly packages?: readonly string[];
  /** A pure folder takes values and returns values: no `node:*`, no process, no clock, no chance. */
  readonly pure?: boolean;
  /** Files of a pure folder that may have effects. */
  readonly effects?: readonly string[];
  /** Ends the sentence "a imports b: …". */
  readonly because: string;
}

const ports = 'an adapter knows the ports it implements, not its neighbours and not the core';

export const folderRules: readonly FolderRule[] = [
  {
    folder: 'resource',
    mayImport: ['errors'],
    packages: [],
    pure: true,
    because: 'the noun knows nothing of the verbs',
  },
  {
    folder: 'collectors',
    mayImport: ['resource', 'errors', 'log'],
    because: 'collectors read; they do not compare, judge or know adapters',
  },
  {
    folder: 'drift',
    mayImport: ['resource', 'errors'],
    packages: ['json-diff-ts'],
    pure: true,
    because: 'drift compares values and knows nothing of where they come from',
  },
  {
    folder: 'graph',
    mayImport: ['resource', 'errors'],
    packages: ['graphology', 'graphology-traversal', 'graphology-types', 'js-yaml'],
    pure: true,
    because: 'the graph is built from values and knows nothing of drift or of adapters',
  },
  {
    folder: 'severity',
    mayImport: ['resource', 'drift', 'graph', 'errors'],
    packages: [],
    pure: true,
    because: 'severity judges; it neither acts nor reads',
  },
  {
    folder: 'rollback',
    mayImport: ['resource', 'drift', 'severity', 'errors', 'log'],
    packages: ['yaml'],
    pure: true,
    effects: ['rollback/propose-rollback.ts'],
    because: 'a repair is computed from values; git and the forge stand behind ports',
  },
  {
    folder: 'incidents',
    mayImport: ['resource', 'drift', 'severity', 'errors', 'log'],
    because: 'incidents tell people; they do not repair and do not know the targets',
  },
  {
    folder: 'incidents/hooks',
    mayImport: ['incidents', 'resource', 'drift', 'severity', 'errors', 'log'],
    because: 'a hook delivers what it is given',
  },
  {
    folder: 'predictions',
    mayImport: ['resource', 'errors'],
    packages: [],
    pure: true,
    because: 'what was said is compared with what came; who says it and who remembers it stand behind ports',
  },
  {
    folder: 'history',
    mayImport: ['resource', 'errors', 'log'],
    mayImportTypes: ['drift', 'severity', 'incidents', 'rollback', 'loop', 'predictions', 'graph'],
    because: 'history implements the narrow readers and writers that others declare',
  },
  {
    folder: 'metrics',
    mayImport: ['errors'],
    mayImportTypes: ['loop', 'severity', 'drift', 'resource', 'predictions'],
    because: 'metrics turn a finished round into samples and nothing else',
  },
  {
    folder: 'loop',
    mayImport: ['resource', 'collectors', 'drift', 'graph', 'severity', 'rollback', 'incidents', 'errors', 'log'],
    because: 'the loop calls the verbs; stores, metrics and adapters reach it as ports',
  },
  {
    folder: 'kubernetes',
    mayImport: ['resource', 'errors', 'log'],
    mayImportTypes: ['collectors', 'loop'],
    because: ports,
  },
  {
    folder: 'git',
    mayImport: ['resource', 'collectors', 'errors', 'log'],
    mayImportTypes: ['rollback'],
    because: ports,
  },
  {
    folder: 'forge',
    mayImport: ['resource', 'errors', 'log'],
    mayImportTypes: ['rollback'],
    because: ports,
  },
  {
    folder: 'registry',
    mayImport: ['resource', 'errors', 'log'],
    mayImportTypes: ['collectors'],
    packages: ['undici'],
    because: ports,
  },
  {
    folder: 'telemetry',
    mayImport: ['resource', 'errors', 'log'],
    mayImportTypes: ['collectors'],
    packages: ['undici'],
    because: ports,
  },
  { folder: 'config', mayImport: ['errors'], because: 'the leaves know nobody' },
  { folder: 'log', mayImport: ['errors'], because: 'the leaves know nobody' },
  { folder: 'errors', mayImport: [], packages: [], because: 'the leaves know nobody' },
  {
    folder: 'api',
    mayImport: ['errors', 'log'],
    mayImportTypes: [
      'resource',
      'drift',
      'graph',
      'severity',
      'incidents',
      'rollback',
      'history',
      'metrics',
      'loop',
      'predictions',
    ],
    because: 'a face looks and asks; it decides nothing and knows no adapter',
  },
  {
    folder: 'cli',
    mayImport: ['resource', 'config', 'errors', 'log'],
    mayImportTypes: [
      'drift',
      'graph',
      'severity',
      'incidents',
      'rollback',
      'history',
      'loop',
      'predictions',
      'api',
      'collectors',
      'app',
    ],
    because: 'a face looks and asks; it decides nothing and knows no adapter',
  },
];

/** Files at the root of `src/` that build everything (`app`) or only start it (`main`). */
export const wiringRules = {
  /** May import every folder except the ones listed. */
  app: { mayNotImport: ['cli', 'main'], because: 'app.ts wires the parts and does not know who asked for it' },
  /** May import nothing but these. */
  main: { mayImport: ['cli', 'app', 'config', 'log', 'errors'], because: 'main.ts is the process and nothing else' },
} as const;

/** A file longer than this says why in `longFiles`. */
export const maximumLines = 300;
export const longFiles: Readonly<Record<string, string>> = {};

/** Names that say nothing about what is inside. (`service` is not among them: here it is a Kubernetes object.) */
export const emptyNames = ['index', 'utils', 'util', 'helpers', 'helper', 'common', 'misc', 'types', 'manager'];
