import { access, constants, readFile } from 'node:fs/promises';
import type { ConfigProblem } from './config-problem.ts';
import type { ForgeConfig } from './config-schema.ts';

/** Paths of files that are relative to the configuration. */
export function anchorForges(
  forges: readonly ForgeConfig[],
  anchor: (path: string, key: string) => string,
): ForgeConfig[] {
  return forges.map(({ tokenFile, caFile, signingKeyFile, ...rest }) => ({
    ...rest,
    tokenFile: anchor(tokenFile, ''),
    ...(caFile === undefined ? {} : { caFile: anchor(caFile, '') }),
    ...(signingKeyFile === undefined ? {} : { signingKeyFile: anchor(signingKeyFile, '') }),
  }));
}

/** What of the forges cannot work: files that are not there, a token that is none, one URL twice, and a base on another host. */
export async function forgeProblems(forges: readonly ForgeConfig[]): Promise<readonly ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  const add = (path: string, value: string, reason: string, remedy: string): void =>
    void problems.push({ path, line: null, value: JSON.stringify(value), reason, remedy });
  const seen = new Set<string>();
  for (const [index, forge] of forges.entries()) {
    const at = `forges[${index}]`;
    const { url, api, type, appId, tokenFile, caFile, signingKeyFile } = forge;
    if (seen.has(url)) add(`${at}.url`, url, 'another forge has this URL already', 'Name each once');
    seen.add(url);
    if (
      api !== undefined &&
      URL.canParse(url) &&
      URL.canParse(api) &&
      !isOneForge(new URL(url).host, new URL(api).host)
    )
      add(
        `${at}.api`,
        api,
        'it is on another host than url, where the token must not go',
        'Write a base on the same host',
      );
    const token = await readFile(tokenFile, 'utf8').catch(() => null);
    if (token === null) add(`${at}.tokenFile`, tokenFile, unreadable, mount);
    else if (appId !== undefined) {
      if (type !== 'github') add(`${at}.appId`, appId, `${type} has no Apps`, 'Leave it away, or correct the type');
      if (!/^\s*-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(token))
        add(`${at}.tokenFile`, tokenFile, 'it does not hold the private key of the App', 'Write the PEM file into it');
    } else if (!/^\s*[\x21-\x7E]+\s*$/.test(token))
      add(`${at}.tokenFile`, tokenFile, 'it does not hold exactly one token', 'Write the token alone into it');
    for (const [key, file] of Object.entries({ caFile, signingKeyFile })) {
      const isThere = file === undefined || (await access(file, constants.R_OK).then(...yesOrNo));
      if (!isThere) add(`${at}.${key}`, file, unreadable, mount);
    }
  }
  return problems;
}

/** The one public forge whose API has a host of its own. */
function isOneForge(host: string, api: string): boolean {
  return host === api || (host === 'github.com' && api === 'api.github.com');
}

const yesOrNo = [() => true, () => false] as const;
const unreadable = 'the file cannot be read';
const mount = 'Create it, or mount the Secret there';
