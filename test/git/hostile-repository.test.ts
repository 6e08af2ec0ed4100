import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors/app-error.ts';
import type { DesiredSnapshot } from '../../src/resource/snapshot.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { openSource } from './open-source.ts';
import { configMap, TestRepository } from './repository.ts';

const { signal } = new AbortController();
const slow = 60_000;

async function read(repository: TestRepository, revision = ''): Promise<DesiredSnapshot> {
  return await (await openSource(`${repository.path}#${revision}`)).read(signal);
}

const names = ({ resources }: DesiredSnapshot): readonly string[] => resources.map(({ id }) => id.name);
const gapsOf = ({ gaps }: DesiredSnapshot): readonly string[] => gaps.map(({ what, why }) => `${what}: ${why}`);

/** Writes a commit whose files git itself would refuse to add, as whoever writes objects directly can. */
function importFiles(
  repository: TestRepository,
  files: readonly (readonly [path: string | Buffer, text: string])[],
): void {
  const parts: Buffer[] = [Buffer.from('commit refs/heads/main\ncommitter T <t@example.com> 1 +0000\ndata 0\n')];
  for (const [path, text] of files) {
    const bytes = typeof path === 'string' ? Buffer.from(path) : path;
    parts.push(Buffer.from('M 100644 inline '), bytes, Buffer.from(`\ndata ${Buffer.byteLength(text)}\n${text}\n`));
  }
  const input = Buffer.concat([...parts, Buffer.from('\ndone\n')]);
  execFileSync('git', ['-c', 'core.protectNTFS=false', 'fast-import', '--quiet', '--force', '--done'], {
    cwd: repository.path,
    input,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' },
  });
}

/** Stores an object as git would, and answers its id. */
function store(repository: TestRepository, type: string, content: Buffer): string {
  const bytes = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  const id = createHash('sha1').update(bytes).digest('hex');
  const folder = join(repository.path, '.git/objects', id.slice(0, 2));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, id.slice(2)), deflateSync(bytes));
  return id;
}

function treeEntry(mode: string, name: string, id: string): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]);
}

describe('files that are hostile by name or by content', () => {
  test('A10: a submodule of any name or URL is a gap and starts nothing', async () => {
    const repository = new TestRepository();
    const sprung = join(temporaryFolder(), 'sprung');
    repository.write(
      '.gitmodules',
      `[submodule "../../hooks"]\n\tpath = module\n\turl = ext::sh -c 'touch ${sprung}'\n[submodule "x"]\n\tpath = "y\\r"\n\turl = -u./trap\n`,
    );
    repository.commit({ 'a.yaml': configMap('a', '1') });
    repository.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},module`);
    repository.git('commit', '--quiet', '-m', 'a submodule');
    const snapshot = await read(repository);
    expect(names(snapshot)).toEqual(['a']);
    expect(gapsOf(snapshot)).toEqual(['module: it is a submodule, and those are never fetched']);
    expect(existsSync(sprung)).toBe(false);
  });

  test('A11: pointers of LFS are no manifests, archive attributes change nothing, a nested bare repository is files', async () => {
    const repository = new TestRepository();
    const sprung = join(temporaryFolder(), 'sprung');
    repository.commit({
      '.gitattributes': '*.yaml export-subst filter=lfs\n',
      'a.yaml': configMap('a', '$Format:%H$'),
      'large.yaml': `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`,
      'nested/HEAD': 'ref: refs/heads/main\n',
      'nested/config': `[core]\n\tbare = true\n\tfsmonitor = "touch ${sprung}"\n\tworktree = ..\n`,
      'nested/objects/keep': '',
      'nested/refs/keep': '',
    });
    const snapshot = await read(repository);
    expect(snapshot.resources.map(({ body }) => body['data'])).toEqual([{ a: '$Format:%H$' }]);
    expect(gapsOf(snapshot)).toEqual(['large.yaml line 1: it is a text, not an object']);
    expect(existsSync(sprung)).toBe(false);
  });

  test('A13: names of 255 bytes, of devices, or that are no text, are names', async () => {
    const repository = new TestRepository();
    const long = `${'x'.repeat(250)}.yaml`;
    importFiles(repository, [
      [long, configMap('long', '1')],
      ['CON.yaml', configMap('device', '1')],
      ['a%2e%2e%2fb.yaml', configMap('encoded', '1')],
      [Buffer.from([0xff, 0xfe, ...Buffer.from('.yaml')]), configMap('bytes', '1')],
    ]);
    const snapshot = await read(repository);
    expect([...names(snapshot)].sort()).toEqual(['bytes', 'device', 'encoded', 'long']);
    expect(snapshot.resources.map(({ origin }) => origin?.file)).toContain(long);
  });

  test("A13: a tree that holds git's own files or climbs is read as data", async () => {
    const repository = new TestRepository();
    const blob = store(repository, 'blob', Buffer.from(configMap('inner', '1')));
    const inner = store(repository, 'tree', treeEntry('100644', 'config.yaml', blob));
    const entries = ['.git', '..'].map((name) => treeEntry('40000', name, inner));
    const tree = store(repository, 'tree', Buffer.concat([...entries, treeEntry('100644', 'a.yaml', blob)]));
    const who = 'T <t@example.com> 1 +0000';
    const commit = store(repository, 'commit', Buffer.from(`tree ${tree}\nauthor ${who}\ncommitter ${who}\n\nx\n`));
    writeFileSync(join(repository.path, '.git/refs/heads/main'), `${commit}\n`);
    expect(names(await read(repository))).toEqual(['inner']);
  });
});

describe('A14: a repository without measure', () => {
  test('of too many files is refused with the number', { timeout: slow }, async () => {
    const repository = new TestRepository();
    const blob = store(repository, 'blob', Buffer.from('x'));
    const entries = Array.from({ length: 200_001 }, (_, at) => treeEntry('100644', String(at).padStart(7, '0'), blob));
    const tree = store(repository, 'tree', Buffer.concat(entries));
    const who = 'T <t@example.com> 1 +0000';
    const commit = store(repository, 'commit', Buffer.from(`tree ${tree}\nauthor ${who}\ncommitter ${who}\n\nx\n`));
    writeFileSync(join(repository.path, '.git/refs/heads/main'), `${commit}\n`);
    await expect(read(repository)).rejects.toMatchObject({
      code: 'manifest-refused',
      why: 'it has more than 200000 files',
    });
  });

  test('of deep folders is read as deep as git goes, and no deeper in silence', { timeout: slow }, async () => {
    const repository = new TestRepository();
    importFiles(repository, [
      ['a.yaml', configMap('a', '1')],
      [`${'d/'.repeat(1_000)}deep.yaml`, configMap('deep', '1')],
    ]);
    expect(names(await read(repository))).toEqual(['a', 'deep']);
    importFiles(repository, [[`${'d/'.repeat(10_000)}deep.yaml`, configMap('deep', '1')]]);
    // Newer versions of git have a limit of their own, which is an error.
    const outcome = await read(repository).then(names, (error: unknown) => error instanceof AppError && error.code);
    expect([['deep'], 'git-failed']).toContainEqual(outcome);
  });

  test('of a hundred thousand refs is read', { timeout: slow }, async () => {
    const repository = new TestRepository();
    const commit = repository.commit({ 'a.yaml': configMap('a', '1') });
    const refs = Array.from({ length: 100_000 }, (_, at) => `${commit} refs/heads/r${String(at).padStart(6, '0')}\n`);
    writeFileSync(join(repository.path, '.git/packed-refs'), `# pack-refs with: sorted\n${refs.join('')}`);
    expect(names(await read(repository, 'r099999'))).toEqual(['a']);
  });

  test('with a tag of a tag, a thousand times, is read', { timeout: slow }, async () => {
    const repository = new TestRepository();
    let object = repository.commit({ 'a.yaml': configMap('a', '1') });
    let type = 'commit';
    for (let depth = 0; depth < 1_000; depth += 1) {
      const text = `object ${object}\ntype ${type}\ntag t\ntagger T <t@example.com> 1 +0000\n\nx\n`;
      object = store(repository, 'tag', Buffer.from(text));
      type = 'tag';
    }
    writeFileSync(join(repository.path, '.git/refs/tags/deep'), `${object}\n`);
    expect(names(await read(repository, 'deep'))).toEqual(['a']);
  });
});

describe('A12: a revision', () => {
  test.for([
    ['m\u0430in', 'it has no branch, tag or commit'],
    ['x'.repeat(4_096), 'longer than 255 characters'],
    ['refs/heads/main.lock', 'no branch'],
  ] as const)('that only looks like one, or is none, is told: %#', async ([revision, why]) => {
    const repository = new TestRepository();
    repository.commit({ 'a.yaml': configMap('a', '1') });
    await expect(read(repository, revision)).rejects.toMatchObject({ why: expect.stringContaining(why) });
  });
});
