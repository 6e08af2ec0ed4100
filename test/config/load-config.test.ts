import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeProblem } from '../../src/config/config-problem.ts';
import { examineConfig, loadConfig } from '../../src/config/load-config.ts';
import { AppError } from '../../src/errors/app-error.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mooring-config-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function problemsOf(yaml: string, env: Record<string, string> = {}): Promise<readonly string[]> {
  const file = join(dir, 'mooring.yaml');
  await writeFile(file, yaml);
  const { problems } = await examineConfig({ file, env, flags: {} });
  return problems.map((problem) => describeProblem(problem).replaceAll(dir, 'DIR'));
}

describe('a mistake in mooring.yaml is named with its place and its remedy', () => {
  const mistakes: readonly (readonly [string, string, string])[] = [
    [
      'a leader that would go on for as long as its lease',
      'leaderElection:\n  leaseDuration: 10s',
      'leaderElection.leaseDuration (line 2) is "10s": it is not longer than renewDeadline. Others must wait longer than the leader goes on.',
    ],
    [
      'a leader without time for a second try',
      'leaderElection:\n  retryPeriod: 9s\n  renewDeadline: 10s',
      'leaderElection.renewDeadline (line 3) is "10s": it is not longer than retryPeriod and a fifth of it. Give the leader time for several tries.',
    ],
    ['an unknown section', 'sorces: []', 'sorces (line 1): there is no such key. Did you mean sources?'],
    [
      'an unknown key',
      'sources:\n  - source: x\n    nmespace: shop',
      'sources[0].nmespace (line 3): there is no such key. Did you mean namespace?',
    ],
    [
      'a key like none',
      'api:\n  zzzzzzzzzz: 1',
      'api.zzzzzzzzzz (line 2): there is no such key. Known here are listen, hostNames, auditWebhook, alertWebhook, alertTokenFile.',
    ],
    [
      'a missing key',
      'sources:\n  - name: shop',
      'sources[0].source (line 2): it is missing. Give the text: Where Git declares things: a directory, or REPO[#REVISION][:PATH] with a local path or a Git URL.',
    ],
    [
      'another type',
      'api:\n  listen: 9480',
      'api.listen (line 2) is 9480: it must be a text. Give the text: Where metrics, health and the API listen. Port 0 takes a free one.',
    ],
    [
      'no length of time',
      'schedule: { settle: 5 minutes }',
      'schedule.settle (line 1) is "5 minutes": it is no length of time. Write it like 30s, 5m, 1h30m or 7d.',
    ],
    [
      'no schedule',
      'schedule: { full: whenever }',
      'schedule.full (line 1) is "whenever": it is no cron expression. Write five fields such as "*/10 * * * *".',
    ],
    [
      'a number out of range',
      'rollback: { maxOpen: 0 }',
      'rollback.maxOpen (line 1) is 0: it is less than 1. Give the number: How many proposals may be open at once.',
    ],
    [
      'a word of no list',
      'log: { level: loud }',
      'log.level (line 1) is "loud": it is none of debug, info, warn, error. Give the text: The least important message that is logged: debug, info, warn or error.',
    ],
    [
      'a section of another shape',
      'live: kube:prod',
      'live (line 1) is "kube:prod": it must be a map of keys. Correct or remove it.',
    ],
    [
      'a namespace that belongs to two sources',
      'sources: [{ source: a, owns: { namespaces: [shop] } }, { source: b, owns: { namespaces: [other, shop] } }]',
      'sources[1].owns.namespaces[1] is "shop": it belongs to sources[0] already. Leave it to one of them.',
    ],
    [
      'a secret file that is not there',
      'hooks: [{ name: a, url: "https://hooks.example", secretFile: none }]',
      'hooks[0].secretFile is "DIR/none": the file cannot be read (ENOENT). Create it, or mount the Secret there.',
    ],
  ];
  it.each(mistakes)('%s', async (_name, yaml, expected) => {
    expect(await problemsOf(yaml)).toEqual([expected]);
  });

  it('YAML that cannot be read is a problem with its line', async () => {
    const [problem] = await problemsOf('sources:\n  - source: [\n');
    expect(problem).toMatch(/\(line \d\): it is no valid YAML/);
  });

  it('A52: an alias bomb is refused', async () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let i = 0; i < 8; i += 1) {
      const [last, next] = [String.fromCharCode(97 + i), String.fromCharCode(98 + i)];
      bomb.push(`${next}: &${next} [*${last},*${last},*${last},*${last},*${last},*${last},*${last},*${last}]`);
    }
    const reason = 'the configuration: its aliases multiply beyond all bounds.';
    expect(await problemsOf(bomb.join('\n'))).toEqual([`${reason} Write values out instead of using aliases.`]);
  });
});

describe('loadConfig', () => {
  it('A52: names all problems at once, those of the environment among them', async () => {
    const file = join(dir, 'many.yaml');
    await writeFile(file, 'sorces: []\nrollback: { maxOpen: 0 }\n');
    const error = await loadConfig({ file, env: { MOORING_LISTEN: 'here' }, flags: {} }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(AppError);
    const text = String(error);
    for (const part of ['3 problems', 'sorces', 'rollback.maxOpen', 'api.listen (from MOORING_LISTEN) is "here"']) {
      expect(text).toContain(part);
    }
  });

  it('lets a flag win over the environment, and the environment over the file', async () => {
    const file = join(dir, 'order.yaml');
    await writeFile(file, 'log: { level: warn }\napi: { listen: "127.0.0.1:1" }\nhistory: { path: a.sqlite }\n');
    const { config } = await loadConfig({
      file,
      env: { MOORING_LOG_LEVEL: 'error', MOORING_LISTEN: '127.0.0.1:2', MOORING_SOURCE: './here' },
      flags: { listen: '127.0.0.1:3' },
    });
    expect(config.log.level).toBe('error');
    expect(config.api.listen).toBe('127.0.0.1:3');
    expect(config.sources.map(({ source }) => source)).toEqual(['./here']);
  });

  it('takes relative paths of the file from where the file is, and those of flags as they are', async () => {
    const file = join(dir, 'paths.yaml');
    await writeFile(file, 'sources: [{ source: ./manifests }]\nlive: { source: ../dumps }\n');
    const { config } = await loadConfig({ file, env: {}, flags: { history: 'state.sqlite' } });
    expect(config.sources[0]?.source).toBe(join(dir, 'manifests'));
    expect(config.live.source).toBe(join(dir, '..', 'dumps'));
    expect(config.history.path).toBe('state.sqlite');
  });

  it('never prints a secret', async () => {
    await writeFile(
      join(dir, 'secret'),
      'whsec_CANARY_abcdefghijklmnopqrstuvwxyz\n\nwhsec_CANARY_the_next_one_of_the_two\n',
    );
    const file = join(dir, 'hooks.yaml');
    await writeFile(file, 'hooks: [{ name: pager, url: "https://hooks.example/x", secretFile: secret }]\n');
    const loaded = await loadConfig({ file, env: {}, flags: {} });
    const [secret, next] = loaded.secrets.get('pager') ?? [];
    expect(secret?.reveal()).toBe('whsec_CANARY_abcdefghijklmnopqrstuvwxyz');
    expect(next?.reveal()).toBe('whsec_CANARY_the_next_one_of_the_two');
    expect([String(secret), JSON.stringify(loaded), inspect(loaded, { depth: 9 })].join()).not.toContain('CANARY');
  });

  it('shows of a wrong URL nothing behind its host', async () => {
    const text = await problemsOf('hooks: [{ name: a, url: "ftp://me:CANARY@hooks.example/CANARY", secretFile: s }]');
    expect(text.join()).not.toContain('CANARY');
  });

  it('says that a file is missing', async () => {
    const missing = loadConfig({ file: join(dir, 'no.yaml'), env: {}, flags: {} });
    await expect(missing).rejects.toMatchObject({ code: 'source-not-found' });
  });
});
