import { expect, test } from 'vitest';
import { parseManifests } from '../../src/collectors/parse-manifests.ts';
import { refusedManifests } from '../drift/schema/refused-manifests.ts';
import { kubectl, tryKubectl } from './plane-access.ts';

/** The server counts elements that the report names, and stops at a map where the report goes on to the key. */
function plain(path: string): string {
  return path
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll('"', '')
    .replace(/^stringData/, 'data')
    .toLowerCase();
}

/** Where the server sees the same problem elsewhere. */
const elsewhere: Readonly<Record<string, string>> = { 'spec.selector': 'spec.template.metadata.labels' };

test.for(refusedManifests)('the server refuses $what, too, and takes its neighbour', async (refused) => {
  const [bad = '', good = ''] = [refused.bad, refused.good].map((text) => refused.manifest.replace('$', () => text));
  expect(parseManifests(bad, 'bad.yaml').gaps).toEqual([]);
  const create = ['create', '--dry-run=server', '-f', '-'];
  await kubectl(create, { input: good });
  const { code, stderr } = await tryKubectl(create, { input: bad });
  expect(code).toBe(1);
  const said = [...stderr.matchAll(/(?:invalid: |\* )([\w.]+(?:\[[^\]]*\][\w.]*)*):/g)].map(([, path]) =>
    plain(path ?? ''),
  );
  const named = plain(refused.path);
  const isSame = (path: string): boolean =>
    named.startsWith(path) || path.startsWith(`${named}.`) || path === elsewhere[refused.path];
  expect(said.filter(isSame), stderr).not.toEqual([]);
});
