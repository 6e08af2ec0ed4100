import { formatJson, isJsonObject, parseJson } from '../../../resource/json.ts';
import { renderRefused } from '../../render/refusal.ts';
import { withValueAt } from '../flux/helm-values.ts';

/** The values as text, once; or twice with different stand-ins at the paths whose values nobody may read. */
export function hiddenStandIns(values: string, hidden: readonly string[], source: string): readonly string[] {
  if (hidden.length === 0) return [values];
  const parsed = parseJson(values);
  return ['1', '2'].map((stand) => {
    let filled = isJsonObject(parsed) ? parsed : {};
    for (const path of hidden) {
      const next = withValueAt(filled, path, `mooring-hidden-${stand}`);
      if (next === undefined)
        throw renderRefused(source, `targetPath ${path.slice(0, 80)} cannot be read`, 'Correct valuesFrom');
      filled = next;
    }
    return formatJson(filled);
  });
}
