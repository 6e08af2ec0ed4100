import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { GitPlace } from '../../src/forge/git-call.ts';
import { runGit } from '../../src/git/run-git.ts';
import type { Gitea, GiteaUser } from '../../tools/gitea/start-gitea.ts';

type Server = Pick<Gitea, 'url' | 'caFile'>;

/** As Mooring reaches it: a bare mirror, and the token in a header that only git's environment holds. */
export function placeFor(root: string, gitea: Server, bot: Pick<GiteaUser, 'name' | 'token'>, url: string): GitPlace {
  const mirror = join(root, 'mirror.git');
  execFileSync('git', ['init', '--quiet', '--bare', mirror]);
  const setup = { program: 'git', variables: { PATH: process.env['PATH'], GIT_SSL_CAINFO: gitea.caFile }, home: root };
  const basic = Buffer.from(`${bot.name}:${bot.token}`).toString('base64');
  const settings = { [`http.${gitea.url}/.extraHeader`]: `Authorization: Basic ${basic}` };
  return { git: (call) => runGit(setup, call), gitDirectory: mirror, remote: { url, protocols: ['https'], settings } };
}
