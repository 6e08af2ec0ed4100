import { expect, test } from 'vitest';
import { createSightings } from '../real/soak/sightings.ts';

const id = { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'a' };
const at = (version: string | null) => ({ key: 'shop/a', version });

test.for<[string, readonly (string | null)[], readonly (string | null)[], readonly (string | null)[]]>([
  ['the same version', ['5'], ['5'], []],
  ['a newer one, since states may be skipped', ['9'], ['5', '7'], []],
  ['an older one', ['5'], ['5', '7'], ['7']],
  ['nothing', [], ['5'], ['5']],
  ['absence, of what was gone again by then', ['5', null], ['7', null], []],
  ['what was deleted', ['5'], ['5', null], [null]],
  ['what was deleted and made again', ['5', '9'], ['5', null, '9'], []],
  ['absence from before it was made again', ['5', null, '9'], ['9', null], [null]],
  ['nothing of what came and went', [], ['5', null], []],
])('mooring showed %s', ([, shown, kubectl, missed]) => {
  const sightings = createSightings();
  for (const version of shown) sightings.note(id, version);
  const missing = sightings.missing('ConfigMap', kubectl.map(at));
  expect(missing.map(({ version }) => version)).toEqual(missed);
});
