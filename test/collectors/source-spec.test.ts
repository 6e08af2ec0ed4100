import { describe, expect, test } from 'vitest';
import { parseSourceSpec } from '../../src/collectors/source-spec.ts';
import { AppError } from '../../src/errors/app-error.ts';

const git = (repository: string, location: string, revision: string | null, path: string): object => ({
  kind: 'git',
  repository,
  location,
  revision,
  path,
});

describe('a source is read as the contract says', () => {
  test.for([
    ['deploy', { kind: 'directory', directory: 'deploy' }],
    ['./a#b:c'.replace('#b:c', ''), { kind: 'directory', directory: './a' }],
    ['.#main', git('.', 'local', 'main', '')],
    ['/srv/repo#v1.2:apps/web', git('/srv/repo', 'local', 'v1.2', 'apps/web')],
    ['/srv/repo#:apps/', git('/srv/repo', 'local', null, 'apps')],
    ['/srv/repo#', git('/srv/repo', 'local', null, '')],
    ['/srv/repo:apps', git('/srv/repo', 'local', null, 'apps')],
    ['repo#feature/x:./a//b', git('repo', 'local', 'feature/x', 'a/b')],
    ['https://example.com/a/b.git', git('https://example.com/a/b.git', 'remote', null, '')],
    [
      'https://example.com:8443/a/b.git#main:deploy',
      git('https://example.com:8443/a/b.git', 'remote', 'main', 'deploy'),
    ],
    ['https://example.com/a/b.git:deploy', git('https://example.com/a/b.git', 'remote', null, 'deploy')],
    ['ssh://git@example.com:22/a/b.git#main', git('ssh://git@example.com:22/a/b.git', 'remote', 'main', '')],
    ['git@example.com:a/b.git', git('git@example.com:a/b.git', 'remote', null, '')],
    ['git@example.com:a/b.git#main:x', git('git@example.com:a/b.git', 'remote', 'main', 'x')],
    ['git@example.com:a/b.git:x', git('git@example.com:a/b.git', 'remote', null, 'x')],
    ['file:///srv/repo.git#main', git('file:///srv/repo.git', 'remote', 'main', '')],
  ] as const)('%s', ([text, expected]) => {
    expect(parseSourceSpec(text)).toEqual(expected);
  });
});

describe('A12: what git must never see is refused', () => {
  test.for([
    ['ext::sh -c touch% /tmp/x', 'ext'],
    ['ext::sh#main', 'ext'],
    ['http://example.com/a.git#main', 'http'],
    ['git://example.com/a.git#main', 'git'],
    ['ftp://example.com/a.git', 'ftp'],
    ['--upload-pack=touch /tmp/x#main', 'dash'],
    ['git@example.com:-x#main', 'dash'],
    ['ssh://-oProxyCommand=x/a#main', ''],
    ['repo#-x', 'no branch'],
    ['repo#--output=x', 'no branch'],
    ['repo#a..b', 'no branch'],
    ['repo#a b', 'no branch'],
    ['repo#main@{1}', 'no branch'],
    ['repo#refs/heads/../../x', 'no branch'],
    [`repo#${'a'.repeat(4096)}`, '255'],
    ['repo#ma\u202Ein', 'control character'],
    ['repo#main\nx', 'control character'],
    ['repo#main:../other', 'leaves the repository'],
    ['repo#main:a/../../other', 'leaves the repository'],
    ['repo#main:.git/config', 'own files'],
    ['repo#main:.GIT/config', 'own files'],
    ['repo#main:.g\u200Bit/config', 'own files'],
  ] as const)('%j', ([text, why]) => {
    const read = (): unknown => parseSourceSpec(text);
    expect(read).toThrow(AppError);
    expect(read).toThrow(why);
  });

  test('and no message repeats a password', () => {
    expect(() => parseSourceSpec('https://me:s3cret@example.com/a.git#a..b')).toThrow(/^(?!.*s3cret)/s);
  });
});
