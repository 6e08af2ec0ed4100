import { stringAt, valueAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';

/** Why no controller of a name works in a namespace, or null when one does. Shards (`NAME-…`) count. */
export function whyControllerIsDown(name: string, namespace: string, resources: readonly Resource[]): string | null {
  const controllers = resources.filter(
    (resource) => resource.id.namespace === namespace && isController(resource, name),
  );
  if (controllers.length === 0) return `no ${name} was found in namespace ${namespace}`;
  const working = controllers.some(({ body }) => Number(valueAt(body, 'status', 'readyReplicas') ?? 0) > 0);
  if (working) return null;
  const stopped = controllers.every(({ body }) => valueAt(body, 'spec', 'replicas') === 0);
  return `${name} in namespace ${namespace} ${stopped ? 'is scaled to 0' : 'has no ready replica'}`;
}

function isController({ id, body }: Resource, name: string): boolean {
  if (id.group !== 'apps' || (id.kind !== 'Deployment' && id.kind !== 'StatefulSet')) return false;
  const labels = ['app.kubernetes.io/name', 'app.kubernetes.io/component', 'app'].map((key) =>
    stringAt(body, 'metadata', 'labels', key),
  );
  return id.name === name || id.name.startsWith(`${name}-`) || labels.includes(name);
}

/** Seconds between two RFC 3339 times; undefined when one of them is none. */
export function secondsBetween(from: string | undefined, to: string): number | undefined {
  const seconds = (Date.parse(to) - Date.parse(from ?? '')) / 1000;
  return Number.isFinite(seconds) ? seconds : undefined;
}

const unitSeconds: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** Seconds of a duration of Go (`1h30m`); undefined for anything else. */
export function goDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g);
  return [...parts].reduce((sum, [, number, unit = 's']) => sum + Number(number) * (unitSeconds[unit] ?? 1), 0);
}

/** A word of a status (`Synced`, `DependencyNotReady`); messages are left out, for they can quote what was rendered. */
export function statusWord(value: string | undefined): string {
  return (value ?? '').replaceAll(/[^\w-]/g, '').slice(0, 60);
}
