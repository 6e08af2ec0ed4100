import { expandOwn, expandVariables } from '../../addresses/expand-variables.ts';
import { readArguments } from '../../addresses/read-arguments.ts';
import { arrayAt, stringAt } from '../../../resource/json.ts';
import type { Container, Workload } from '../../landscape/workload.ts';
import type { DeclaredSetting } from './declared-setting.ts';

/** Environment of the image that no variable of the pod replaces, whether that one's value is known or not. */
export function imageEnvironment(
  { resource }: Workload,
  container: Container,
  declared: readonly DeclaredSetting[],
): DeclaredSetting[] {
  if (container.image === null) return [];
  const replaced = new Set(declared.map(({ key }) => key));
  for (const entry of arrayAt(container.body, 'env')) replaced.add(stringAt(entry, 'name') ?? '');
  const variables = new Map(container.image.env);
  const image = nameOf(container);
  const path = `${container.path}.image`;
  return [...variables]
    .filter(([name]) => !replaced.has(name))
    .map(([key, value]) => ({ key, value, what: `image ENV ${key}`, path, source: resource, document: null, image }));
}

/** Values of variables: those that the pod declares, which alone Kubernetes expands in a command, and all that the program sees. */
export interface Variables {
  readonly declared: ReadonlyMap<string, string>;
  readonly seen: ReadonlyMap<string, string>;
}

/**
 * Settings on the command line that really runs: `command` replaces ENTRYPOINT and CMD, `args` replaces CMD. Kubernetes expands `$(NAME)`
 * only in what the pod declares.
 */
export function commandSettings(
  workload: Workload,
  container: Container,
  who: string,
  variables: Variables,
): DeclaredSetting[] {
  const { declared, seen } = variables;
  const [command, args] = [textsOf(container, 'command'), textsOf(container, 'args')];
  const given = [...command, ...args].map((word) => expandVariables(expandOwn(word, declared), seen));
  const inherited = inheritedWords(container, command, args).map((word) => expandVariables(word, seen));
  const what = `${who} argument`;
  const own = new Set(readArguments(inherited, what, null).map(sameness));
  const image = nameOf(container);
  // Read as one line: the image may name the program and the pod its flags.
  return readArguments([...inherited, ...given], what, `${container.path}.args`).map((setting) => {
    const place = { source: workload.resource, document: null };
    if (!own.has(sameness(setting))) return { ...setting, ...place };
    const inside = setting.key === '' ? 'image command' : `image command ${setting.key}`;
    return { ...setting, ...place, what: inside, path: `${container.path}.image`, image };
  });
}

function inheritedWords({ image }: Container, command: readonly string[], args: readonly string[]): readonly string[] {
  if (image === null || command.length > 0) return [];
  return args.length > 0 ? image.entrypoint : [...image.entrypoint, ...image.command];
}

function textsOf({ body }: Container, list: 'command' | 'args'): string[] {
  return arrayAt(body, list).filter((word) => typeof word === 'string');
}

function sameness({ key, value }: { readonly key: string; readonly value: string }): string {
  return `${key}\0${value}`;
}

function nameOf({ reference, image }: Container): string {
  const digest = image?.digest ?? '';
  return reference.includes(digest) ? reference : `${reference} (${digest.slice(0, 19)})`;
}
