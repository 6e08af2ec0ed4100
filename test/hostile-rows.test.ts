import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Hostile inputs, as CONTRIBUTING.md numbers them; a test says with `A7: …` in its name which of them it tries. */
const rows: Readonly<Record<string, string>> = {
  A1: 'a kustomization with a remote base',
  A2: 'a remote reference that is an option',
  A3: 'charts inflated by Kustomize, and a configuration home in the repository',
  A4: 'exec and container functions, plugins',
  A5: 'templates that look up, read outside, or never end',
  A6: 'schemas that refer outside themselves',
  A7: 'archives that expand or climb',
  A8: 'links out of the tree, in circles, to nothing',
  A9: 'values files outside the repository',
  A10: 'submodules of any name and URL',
  A11: 'filters, attributes, pointers of LFS, nested repositories',
  A12: 'names of revisions',
  A13: 'names of files',
  A14: 'too many files, refs, levels',
  A15: 'documents made to grow',
  A16: 'keys of the ancestry of every object',
  A17: 'scalars and keys as kubectl reads them',
  A18: 'tags',
  A19: 'encodings',
  A20: 'objects of the wrong shape',
  A21: 'annotations of ours, set by a tenant',
  A22: 'manifests made to confuse the graph',
  A24: 'markup in the text of a proposal',
  A25: 'trailers and commands in a commit message',
  A26: 'values of Secrets wherever something is printed',
  A27: 'Secrets that differ in form only',
  A28: 'the mask typed as a value',
  A29: 'errors that quote a Secret',
  A31: 'labels of metrics without number',
  A37: 'requests by another name',
  A39: 'bodies without measure',
  A40: 'texts for slow expressions',
  A51: 'names that steer a terminal',
  A52: 'hostile configurations',
};

const testFolder = import.meta.dirname;

test.for(Object.entries(rows))('%s, %s, is tried by a test that says so', ([row]) => {
  expect(named()).toContain(row);
});

/** Rows that names of tests begin with, or the first cells of their tables. */
function named(): ReadonlySet<string> {
  const files = readdirSync(testFolder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.test.ts'),
  );
  const found = files.flatMap((file) => [
    ...readFileSync(join(testFolder, file), 'utf8').matchAll(/[([]\s*['"`](A\d{1,2}): /g),
  ]);
  return new Set(found.flatMap(([, row]) => row ?? []));
}
