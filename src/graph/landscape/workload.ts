import {
  arrayAt,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  stringAt,
  valueAt,
} from '../../resource/json.ts';
import type { ImageConfig } from '../../resource/image/image-config.ts';
import type { Resource } from '../../resource/resource.ts';
import { type ImageBoard, imageOf } from './image-board.ts';
import { guessRole, type RoleGuess } from './node-role.ts';

/** A container as declared; `phase` init containers run to their end before the others start (sidecars with restartPolicy Always do not). */
export interface Container {
  readonly name: string;
  readonly phase: 'init' | 'main';
  readonly body: JsonObject;
  /** Path of the container in its resource, as in CONTRACTS 1. */
  readonly path: string;
  /** As written; empty when there is none. */
  readonly reference: string;
  /** What the image itself says; null when it was not read. */
  readonly image: ImageConfig | null;
}

/** What the graph needs of anything that runs pods. */
export interface Workload {
  readonly resource: Resource;
  readonly namespace: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly pod: JsonObject;
  readonly containers: readonly Container[];
  readonly ports: readonly ContainerPort[];
  readonly replicas: number | null;
  readonly finite: boolean;
  readonly guess: RoleGuess;
}

export interface ContainerPort {
  readonly name: string | null;
  readonly port: number;
}

const podPaths: readonly (readonly string[])[] = [
  ['spec', 'jobTemplate', 'spec', 'template'],
  ['spec', 'template'],
];

/**
 * The workload a resource is, or undefined. Any kind with a pod template counts, so Argo Rollouts and Knative Services do too.
 * Pods and ReplicaSets that a controller owns are left to their owner.
 */
export function readWorkload(
  resource: Resource,
  namespace: string,
  board: ImageBoard | null = null,
): Workload | undefined {
  if (arrayAt(resource.body, 'metadata', 'ownerReferences').some((owner) => valueAt(owner, 'controller') === true))
    return undefined;
  const path =
    resource.id.kind === 'Pod'
      ? []
      : podPaths.find((keys) => valueAt(resource.body, ...keys, 'spec', 'containers') !== undefined);
  if (path === undefined) return undefined;
  const template = path.length === 0 ? resource.body : objectAt(resource.body, ...path);
  const pod = objectAt(template, 'spec');
  if (template === undefined || pod === undefined) return undefined;
  const podPath = [...path, 'spec'].join('.');
  const containers = [
    ...containersAt(pod, 'initContainers', podPath, board),
    ...containersAt(pod, 'containers', podPath, board),
  ];
  const replicas = valueAt(resource.body, 'spec', 'replicas');
  const images = containers.filter(({ phase }) => phase === 'main').map(({ reference }) => reference);
  const ports = containers.flatMap(portsOf);
  const finite = resource.id.kind === 'Job' || resource.id.kind === 'CronJob';
  return {
    resource,
    namespace,
    labels: textMap(objectAt(template, 'metadata', 'labels')),
    annotations: textMap(objectAt(resource.body, 'metadata', 'annotations')),
    pod,
    containers,
    ports,
    replicas: typeof replicas === 'number' ? replicas : null,
    finite,
    guess: guessRole({ name: resource.id.name, images, ports, finite }),
  };
}

function containersAt(
  pod: JsonObject,
  list: 'containers' | 'initContainers',
  podPath: string,
  board: ImageBoard | null,
): Container[] {
  return arrayAt(pod, list).flatMap((body) => {
    if (!isJsonObject(body)) return [];
    const name = stringAt(body, 'name') ?? '';
    const phase = list === 'initContainers' && stringAt(body, 'restartPolicy') !== 'Always' ? 'init' : 'main';
    const reference = stringAt(body, 'image') ?? '';
    const image = imageOf(board, reference);
    return [{ name, phase, body, path: `${podPath}.${list}[name=${name}]`, reference, image }];
  });
}

/** Ports that the manifest names; when it names none, those that the image does. */
function portsOf({ body, image }: Container): ContainerPort[] {
  const declared = arrayAt(body, 'ports').flatMap((entry) => {
    const port = valueAt(entry, 'containerPort');
    return typeof port === 'number' ? [{ name: stringAt(entry, 'name') ?? null, port }] : [];
  });
  return declared.length > 0 ? declared : (image?.ports ?? []).map((port) => ({ name: null, port }));
}

/** String members of an object; numbers and booleans that YAML made of labels count as their text. */
export function textMap(object: JsonObject | undefined): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(object ?? {})) {
    const text = textOf(value);
    if (text !== undefined) texts.set(key, text);
  }
  return texts;
}

/** A string, or a number or boolean as its text; undefined for anything else. */
export function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}
