import { expandOwn, expandVariables } from '../../addresses/expand-variables.ts';
import { readArguments } from '../../addresses/read-arguments.ts';
import { openValue, readFile } from '../../addresses/read-file.ts';
import { arrayAt, type JsonValue, objectAt, stringAt, valueAt } from '../../../resource/json.ts';
import { type Container, textOf, type Workload } from '../../landscape/workload.ts';
import { keyFor } from '../../landscape/landscape.ts';
import { resourceAt, type View } from '../../landscape/view.ts';
import type { EvidenceOptions } from '../evidence.ts';
import { configTexts } from './config-texts.ts';
import type { DeclaredSetting } from './declared-setting.ts';
import { commandSettings, imageEnvironment, type Variables } from './image-settings.ts';
import { type ConfigDocument, mountedDocuments } from './mounted-documents.ts';

/** Settings that belong together: one container's environment, its arguments, one file. `waits`: the pod does not start without them. */
export interface SettingGroup {
  readonly origin: 'env' | 'arguments' | 'file' | 'probe' | 'image';
  readonly waits: boolean;
  readonly settings: readonly DeclaredSetting[];
}

/** Everything a workload is told, container by container, variables expanded as Kubernetes and then a shell would. */
export function workloadSettings(workload: Workload, view: View, options: EvidenceOptions): SettingGroup[] {
  const groups: SettingGroup[] = [];
  const read = new Set<string>();
  for (const container of workload.containers) {
    const environment = readEnvironment(workload, container, view, options);
    const inherited = imageEnvironment(workload, container, environment);
    const declared = valuesOf(environment);
    const values = inherited.length === 0 ? declared : new Map([...valuesOf(inherited), ...declared]);
    const waits = container.phase === 'init';
    groups.push({ origin: 'env', waits: false, settings: environment.flatMap(openDeclared) });
    if (inherited.length > 0) groups.push({ origin: 'image', waits: false, settings: inherited.flatMap(openDeclared) });
    groups.push(...commandGroups(workload, container, { declared, seen: values }));
    for (const document of mountedDocuments(workload, container, view, options)) {
      if (read.has(document.id)) continue;
      read.add(document.id);
      groups.push({ origin: 'file', waits, settings: fileSettings(document, values) });
    }
  }
  return groups;
}

function valuesOf(settings: readonly DeclaredSetting[]): Map<string, string> {
  return new Map(settings.map(({ key, value }) => [key, value]));
}

function openDeclared(setting: DeclaredSetting): DeclaredSetting[] {
  return openValue(setting).map((inner) => ({ ...setting, ...inner }));
}

function fileSettings(document: ConfigDocument, values: ReadonlyMap<string, string>): DeclaredSetting[] {
  return readFile(document.file, document.text, document.path).map((setting) => ({
    ...setting,
    value: expandVariables(setting.value, values),
    source: document.source,
    document: document.id,
  }));
}

/** Environment in the order Kubernetes builds it: envFrom first, env over it, `$(NAME)` seeing what stands before. */
function readEnvironment(
  workload: Workload,
  container: Container,
  view: View,
  options: EvidenceOptions,
): DeclaredSetting[] {
  const variables = new Map<string, DeclaredSetting>();
  for (const entry of arrayAt(container.body, 'envFrom')) {
    for (const variable of takenWhole(workload, entry, view, options)) variables.set(variable.key, variable);
  }
  const values = new Map([...variables.values()].map(({ key, value }) => [key, value]));
  for (const entry of arrayAt(container.body, 'env')) {
    const name = stringAt(entry, 'name');
    if (name === undefined) continue;
    const variable = oneVariable(name, entry, { workload, container, view, options });
    if (variable === undefined) {
      variables.delete(name);
      values.delete(name);
      continue;
    }
    const value = variable.source === workload.resource ? expandOwn(variable.value, values) : variable.value;
    variables.set(name, { ...variable, value });
    values.set(name, value);
  }
  return [...variables.values()];
}

interface Place {
  readonly workload: Workload;
  readonly container: Container;
  readonly view: View;
  readonly options: EvidenceOptions;
}

function oneVariable(
  name: string,
  entry: JsonValue,
  { workload, container, view, options }: Place,
): DeclaredSetting | undefined {
  const what = `env ${name}`;
  const path = `${container.path}.env[name=${name}]`;
  const literal = textOf(valueAt(entry, 'value'));
  if (literal !== undefined) {
    return {
      key: name,
      value: literal,
      what,
      path: `${path}.value`,
      source: workload.resource,
      document: null,
    };
  }
  for (const [field, kind] of [
    ['configMapKeyRef', 'ConfigMap'],
    ['secretKeyRef', 'Secret'],
  ] as const) {
    const reference = objectAt(entry, 'valueFrom', field);
    const from = stringAt(reference, 'name');
    const key = stringAt(reference, 'key');
    if (from === undefined || key === undefined) continue;
    const source = resourceAt(view, keyFor('', kind, workload.namespace, from));
    const value = source === undefined ? undefined : configTexts(source, options).get(key);
    if (source === undefined || value === undefined) return undefined;
    const shown = kind === 'Secret' ? what : `${what} from ${kind} ${from}`;
    return { key: name, value, what: shown, path: `data.${key}`, source, document: null };
  }
  return undefined;
}

function takenWhole(workload: Workload, entry: JsonValue, view: View, options: EvidenceOptions): DeclaredSetting[] {
  const prefix = stringAt(entry, 'prefix') ?? '';
  for (const [field, kind] of [
    ['configMapRef', 'ConfigMap'],
    ['secretRef', 'Secret'],
  ] as const) {
    const from = stringAt(entry, field, 'name');
    if (from === undefined) continue;
    const id = keyFor('', kind, workload.namespace, from);
    const source = resourceAt(view, id);
    if (source === undefined) return [];
    return [...configTexts(source, options)].map(([key, value]) => ({
      key: prefix + key,
      value,
      what: `env ${prefix}${key} from ${kind} ${from}`,
      path: `data.${key}`,
      source,
      document: id,
    }));
  }
  return [];
}

function commandGroups(workload: Workload, container: Container, { declared, seen }: Variables): SettingGroup[] {
  const groups: SettingGroup[] = [];
  const who = container.phase === 'init' ? `init container ${container.name}` : `container ${container.name}`;
  const add = (origin: 'arguments' | 'probe', settings: readonly DeclaredSetting[]): void => {
    if (settings.length > 0) groups.push({ origin, waits: origin === 'probe' || container.phase === 'init', settings });
  };
  const addProbe = (words: readonly unknown[], what: string, path: string): void => {
    const texts = words
      .filter((word) => typeof word === 'string')
      .map((word) => expandVariables(expandOwn(word, declared), seen));
    const place = { source: workload.resource, document: null };
    add(
      'probe',
      readArguments(texts, what, path).map((setting) => ({ ...setting, ...place })),
    );
  };
  add('arguments', commandSettings(workload, container, who, { declared, seen }));
  for (const probe of ['readinessProbe', 'livenessProbe', 'startupProbe']) {
    const path = `${container.path}.${probe}`;
    addProbe(arrayAt(container.body, probe, 'exec', 'command'), `${who} ${probe}`, path);
    for (const form of ['httpGet', 'tcpSocket']) {
      const host = stringAt(container.body, probe, form, 'host');
      const port = valueAt(container.body, probe, form, 'port');
      if (host !== undefined)
        addProbe([`--host=${host}${typeof port === 'number' ? `:${port}` : ''}`], `${who} ${probe}`, path);
    }
  }
  return groups;
}
