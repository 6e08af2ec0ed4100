import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { readConfigFile } from './config-file.ts';
import { type ConfigProblem, configError } from './config-problem.ts';
import { type Config, configSchema } from './config-schema.ts';
import { explainIssue } from './explain-issue.ts';
import { anchorForges, forgeProblems } from './forge-files.ts';
import { applyOverrides, type Override, type OverrideInput, readOverrides } from './overrides.ts';
import { ruleWarnings } from './rule-warnings.ts';
import { Secret } from './secret.ts';

export interface ConfigInput extends OverrideInput {
  /** Path of a `mooring.yaml`; null for defaults, environment and flags alone. */
  readonly file: string | null;
  /** Decides which rules have expired; absent: nobody asks. */
  readonly now?: Date;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Signing secrets by hook name, read from their files: one or, while one takes the place of another, several. */
  readonly secrets: ReadonlyMap<string, readonly Secret[]>;
  /** Any of them lets Alertmanager in; empty: it needs none. */
  readonly alertTokens: readonly Secret[];
  readonly file: string | null;
}

/** File, then environment, then flags. Throws AppError `config-invalid` that names every problem. */
export async function loadConfig(input: ConfigInput): Promise<LoadedConfig> {
  const result = await examineConfig(input);
  if (result.loaded === null) throw configError(input.file, result.problems);
  return result.loaded;
}

export interface Examination {
  /** Null when there are problems. */
  readonly loaded: LoadedConfig | null;
  readonly problems: readonly ConfigProblem[];
  /** What is allowed and has no effect. */
  readonly warnings: readonly ConfigProblem[];
}

/** Reads a configuration and lists all that is wrong with it at once. Throws AppError only when the file cannot be read. */
export async function examineConfig(input: ConfigInput): Promise<Examination> {
  const file = input.file === null ? null : await readConfigFile(input.file);
  if (file !== null && file.problems.length > 0) return { loaded: null, problems: file.problems, warnings: [] };
  const overrides = readOverrides(input);
  const tree = applyOverrides(file?.tree ?? {}, overrides);
  const parsed = configSchema.safeParse(tree);
  if (!parsed.success) {
    const context = { tree, file, overrides };
    return {
      loaded: null,
      problems: parsed.error.issues.flatMap((issue) => explainIssue(issue, context)),
      warnings: [],
    };
  }
  const base = input.file === null ? null : dirname(resolve(input.file));
  const config = base === null ? parsed.data : anchorPaths(parsed.data, base, overrides);
  const names = [...repeatedNames(config), ...sharedGround(config)];
  const { secrets, alertTokens, problems } = await readSecrets(config);
  const all = [...names, ...problems, ...(await forgeProblems(config.forges))];
  const warnings = input.now === undefined ? [] : ruleWarnings(config.rules, input.now.toISOString(), file);
  return all.length > 0
    ? { loaded: null, problems: all, warnings }
    : { loaded: { config, secrets, alertTokens, file: input.file }, problems: [], warnings };
}

/** Relative paths in a file are relative to the file, so that a daemon may be started from anywhere; overrides are left alone. */
function anchorPaths(config: Config, base: string, overrides: readonly Override[]): Config {
  const overridden = new Set(overrides.map((override) => override.path.join('.')));
  const anchor = (path: string, key: string) => (isAbsolute(path) || overridden.has(key) ? path : resolve(base, path));
  // A source may also be a URL or a context: only what starts with a dot is surely a path.
  const anchorSource = (source: string, key: string) =>
    /^\.{1,2}(?:$|[/#:])/.test(source) ? anchor(source, key) : source;
  return {
    ...config,
    sources: config.sources.map((each, index) => ({
      ...each,
      source: anchorSource(each.source, `sources.${index}.source`),
    })),
    repositories: config.repositories.map(({ path, passwordFile, ...rest }) => ({
      ...rest,
      ...(path === undefined ? {} : { path: anchor(path, '') }),
      ...(passwordFile === undefined ? {} : { passwordFile: anchor(passwordFile, '') }),
    })),
    forges: anchorForges(config.forges, anchor),
    images: anchorImages(config.images, anchor),
    live: { ...config.live, source: anchorSource(config.live.source, 'live.source') },
    hooks: config.hooks.map((hook) => ({ ...hook, secretFile: anchor(hook.secretFile, '') })),
    api: {
      ...config.api,
      ...(config.api.alertTokenFile === undefined
        ? {}
        : { alertTokenFile: anchor(config.api.alertTokenFile, 'api.alertTokenFile') }),
    },
    history: { path: anchor(config.history.path, 'history.path') },
  };
}

function anchorImages(images: Config['images'], anchor: (path: string, key: string) => string): Config['images'] {
  const { credentialsFile, caFile, ...rest } = images;
  return {
    ...rest,
    ...(credentialsFile === undefined ? {} : { credentialsFile: anchor(credentialsFile, 'images.credentialsFile') }),
    ...(caFile === undefined ? {} : { caFile: anchor(caFile, 'images.caFile') }),
  };
}

/** Standard Webhooks asks for 24 bytes at least. */
const shortestSecret = 24;

function repeatedNames(config: Config): readonly ConfigProblem[] {
  const seen = new Set<string>();
  return config.hooks.flatMap(({ name }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const path = `hooks[${index}].name`;
    const reason = 'another hook has this name already';
    return [{ path, line: null, value: JSON.stringify(name), reason, remedy: 'Give each hook a name of its own' }];
  });
}

/** What belongs to one source belongs to no other. */
function sharedGround({ sources }: Config): readonly ConfigProblem[] {
  const owners = new Map<string, number>();
  return sources.flatMap(({ owns }, index) =>
    (['namespaces', 'kinds'] as const).flatMap((what) =>
      owns[what].flatMap((each, at) => {
        const key = `${what} ${each}`;
        const first = owners.get(key) ?? index;
        owners.set(key, first);
        if (first === index) return [];
        const path = `sources[${index}].owns.${what}[${at}]`;
        const reason = `it belongs to sources[${first}] already`;
        return [{ path, line: null, value: JSON.stringify(each), reason, remedy: 'Leave it to one of them' }];
      }),
    ),
  );
}

interface ReadSecrets {
  readonly secrets: LoadedConfig['secrets'];
  readonly alertTokens: readonly Secret[];
  readonly problems: readonly ConfigProblem[];
}

async function readSecrets({ hooks, api }: Config): Promise<ReadSecrets> {
  const secrets = new Map<string, readonly Secret[]>();
  const problems: ConfigProblem[] = [];
  for (const [index, hook] of hooks.entries()) {
    secrets.set(hook.name, await readSecretFile(`hooks[${index}].secretFile`, hook.secretFile, problems));
  }
  const tokenFile = api.alertTokenFile;
  const alertTokens = tokenFile === undefined ? [] : await readSecretFile('api.alertTokenFile', tokenFile, problems);
  return { secrets, alertTokens, problems };
}

/** One secret a line. What is wrong with it becomes a problem. */
async function readSecretFile(path: string, file: string, problems: ConfigProblem[]): Promise<readonly Secret[]> {
  const problem = (reason: string, remedy: string): void =>
    void problems.push({ path, line: null, value: JSON.stringify(file), reason, remedy });
  try {
    const lines = (await readFile(file, 'utf8')).split('\n').map((line) => line.trim());
    const written = lines.filter((line) => line !== '');
    if (written.length > 0 && written.every((line) => line.length >= shortestSecret))
      return written.map((line) => new Secret(line));
    problem(`its secret is shorter than ${shortestSecret} characters`, 'Write a longer one into it');
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
    problem(`the file cannot be read (${why})`, 'Create it, or mount the Secret there');
  }
  return [];
}
