import { assert, oneof, property, string, stringMatching } from 'fast-check';
import { expect, test } from 'vitest';
import { formatImageReference, parseImageReference } from '../../../src/resource/image/image-reference.ts';

const sha = `sha256:${'a'.repeat(64)}`;

test.for([
  ['nginx', 'docker.io/library/nginx:latest'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27'],
  ['team/web', 'docker.io/team/web:latest'],
  ['docker.io/nginx', 'docker.io/library/nginx:latest'],
  ['index.docker.io/team/web:2', 'docker.io/team/web:2'],
  ['localhost/web', 'localhost/web:latest'],
  ['localhost:5000/web:1', 'localhost:5000/web:1'],
  ['registry.corp:5000/a/b/c:v1', 'registry.corp:5000/a/b/c:v1'],
  ['[::1]:5000/web', '[::1]:5000/web:latest'],
  ['Registry.Corp/web', 'Registry.Corp/web:latest'],
  ['MYHOST/web', 'MYHOST/web:latest'],
  [`web@${sha}`, `docker.io/library/web@${sha}`],
  [`ghcr.io/team/web:3@${sha}`, `ghcr.io/team/web:3@${sha}`],
  ['a__b/c-d.e--f', 'docker.io/a__b/c-d.e--f:latest'],
] as const)('%s is %s', ([text, whole]) => {
  const parsed = parseImageReference(text);
  expect(parsed.kind === 'reference' ? formatImageReference(parsed.reference) : parsed.why).toBe(whole);
});

test.for([
  ['', 'it is empty'],
  ['Web', 'its name has capital letters'],
  ['team/Web:1', 'its name has capital letters'],
  ['web:', 'its tag has signs that tags may not have'],
  ['web:-x', 'its tag has signs that tags may not have'],
  ['web@sha256:abc', 'its digest is none of sha256 or sha512'],
  ['web@md5:d41d8cd98f00b204e9800998ecf8427e', 'its digest is none of sha256 or sha512'],
  ['team//web', 'its name has signs that names may not have'],
  ['../web', 'its registry is no host name'],
  ['a___b', 'its name has signs that names may not have'],
  ['https://registry.corp/web', 'its registry is no host name'],
  ['user:pass@registry.corp/web', 'its digest is none of sha256 or sha512'],
  ['${IMAGE}', 'its name has capital letters'],
  [`registry.corp/${'a'.repeat(250)}`, 'its name is too long'],
  ['x'.repeat(600), 'it is too long'],
] as const)('%s is refused: %s', ([text, why]) => {
  expect(parseImageReference(text)).toStrictEqual({ kind: 'invalid', why });
});

test('whatever is accepted is read the same once it is written out', () => {
  const part = stringMatching(/^[a-zA-Z0-9._:/@[\]-]{0,40}$/);
  assert(
    property(oneof(string(), part), (text) => {
      const parsed = parseImageReference(text);
      if (parsed.kind === 'reference')
        expect(parseImageReference(formatImageReference(parsed.reference))).toStrictEqual(parsed);
    }),
    { numRuns: 2000 },
  );
});
