import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { githubOperations, graphqlTypes } from './forge-apis/github.ts';
import { trimGraphql } from './forge-apis/trim-graphql.ts';
import { trimOpenApi } from './forge-apis/trim-openapi.ts';

/**
 * Makes `test/forge/apis/` from the descriptions that the forges' makers publish, cut down to the calls that the adapters make. Run it by hand
 * after a call was added: `node tools/forge-apis.ts`.
 */
const target = join(dirname(import.meta.dirname), 'test', 'forge', 'apis');

const openapi = filesOf('@octokit/openapi@23.0.2', ['generated/api.github.com.json', 'LICENSE']);
const trimmed = trimOpenApi(JSON.parse(openapi['generated/api.github.com.json'] ?? ''), githubOperations);
write('github.json', `${JSON.stringify(trimmed, null, 1)}\n`);
const graphql = filesOf('@octokit/graphql-schema@15.26.1', ['schema.graphql', 'LICENSE.md']);
write('github.graphql', trimGraphql(graphql['schema.graphql'] ?? '', graphqlTypes));
write('LICENSE', `Of github.json:\n\n${openapi['LICENSE']}\nOf github.graphql:\n\n${graphql['LICENSE.md']}`);

function write(name: string, text: string): void {
  writeFileSync(join(target, name), text);
  process.stdout.write(`${name}: ${Math.ceil(text.length / 1024)} KiB\n`);
}

/** Files of a package of the npm registry, without installing it: unpacked it may be hundreds of megabytes. */
function filesOf(packageName: string, files: readonly string[]): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'mooring-api-'));
  try {
    const packed = execFileSync('npm', ['pack', '--silent', packageName], { cwd: folder, encoding: 'utf8' }).trim();
    execFileSync('tar', ['xzf', packed, ...files.map((file) => `package/${file}`)], { cwd: folder });
    return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, 'package', file), 'utf8')]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
