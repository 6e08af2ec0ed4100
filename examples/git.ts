import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs git in a directory without anybody's settings, as the person who keeps the shop. */
export async function git(directory: string, ...args: readonly string[]): Promise<string> {
  const person = { NAME: 'Harbour master', EMAIL: 'master@harbour.example' };
  const { stdout } = await run('git', ['-C', directory, ...args], {
    env: {
      ...process.env,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_AUTHOR_NAME: person.NAME,
      GIT_AUTHOR_EMAIL: person.EMAIL,
      GIT_COMMITTER_NAME: person.NAME,
      GIT_COMMITTER_EMAIL: person.EMAIL,
    },
  });
  return stdout.trim();
}
