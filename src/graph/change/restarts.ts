import { valueAt } from '../../resource/json.ts';
import type { Workload } from '../landscape/workload.ts';
import type { ConfigName } from './key-uses.ts';

/** The controller that starts a workload anew when its configuration changes, by the marks that such controllers look for; null: none. */
export function restartsByItself(workload: Workload, { kind, name }: ConfigName): string | null {
  const marks = [workload.annotations, podAnnotations(workload)];
  const named = kind === 'ConfigMap' ? 'configmap' : 'secret';
  const isMarked = (key: string, fits: (value: string) => boolean): boolean =>
    marks.some((annotations) => {
      const value = annotations.get(key);
      return value !== undefined && fits(value);
    });
  const isTrue = (value: string): boolean => value === 'true';
  const lists = (value: string): boolean => value.split(',').some((entry) => entry.trim() === name);
  if (isMarked('reloader.stakater.com/auto', isTrue) || isMarked(`${named}.reloader.stakater.com/auto`, isTrue))
    return 'Reloader';
  if (isMarked(`${named}.reloader.stakater.com/reload`, lists)) return 'Reloader';
  if (isMarked('wave.pusher.com/update-on-config-change', isTrue)) return 'Wave';
  return null;
}

function podAnnotations({ resource }: Workload): ReadonlyMap<string, string> {
  const found = valueAt(resource.body, 'spec', 'template', 'metadata', 'annotations');
  const entries = typeof found === 'object' && found !== null ? Object.entries(found) : [];
  return new Map(entries.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])));
}
