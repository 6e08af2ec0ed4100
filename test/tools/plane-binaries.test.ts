import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findPlaneBinaries, planePrograms } from '../../tools/plane/plane-binaries.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'plane-binaries-'));
  vi.stubEnv('MOORING_CACHE', join(dir, 'cache'));
  vi.stubEnv('MOORING_PLANE_BIN', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

const silent = (): void => {};

function writeProgram(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

/** A stand-in for the Go command, first on the PATH: a real build takes minutes and is what `npm test` does when it is cold. */
function standInGo(text: string): void {
  writeProgram(join(dir, 'bin', 'go'), `#!/bin/sh\n${text}\n`);
  vi.stubEnv('PATH', `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}`);
}

const writeOutput = 'while [ "$1" != -o ]; do shift; done; printf "#!/bin/sh\\n" >"$2" && chmod +x "$2"';

describe('MOORING_PLANE_BIN', () => {
  test('is believed when all programs are there', async () => {
    for (const name of planePrograms) writeProgram(join(dir, 'own', name), '#!/bin/sh\n');
    vi.stubEnv('MOORING_PLANE_BIN', join(dir, 'own'));
    const binaries = await findPlaneBinaries(silent);
    expect(binaries.kwok).toBe(join(dir, 'own', 'kwok'));
  });

  test('is refused with the names of the missing programs', async () => {
    for (const name of planePrograms.slice(1)) writeProgram(join(dir, 'own', name), '#!/bin/sh\n');
    vi.stubEnv('MOORING_PLANE_BIN', join(dir, 'own'));
    await expect(findPlaneBinaries(silent)).rejects.toMatchObject({
      code: 'tool-missing',
      why: 'etcd cannot be run from there',
    });
  });
});

describe('without it', () => {
  test('the programs are built once into the cache, told line by line', async () => {
    standInGo(writeOutput);
    const lines: string[] = [];
    const first = await findPlaneBinaries((line) => lines.push(line));
    expect(lines).toHaveLength(1 + planePrograms.length);
    expect(existsSync(first.etcd)).toBe(true);
    standInGo('exit 1');
    expect(await findPlaneBinaries(silent)).toEqual(first);
  });

  test('two that need them at once build once', async () => {
    standInGo(writeOutput);
    const lines: string[] = [];
    const onProgress = (line: string): void => {
      lines.push(line);
    };
    const [one, two] = await Promise.all([findPlaneBinaries(onProgress), findPlaneBinaries(onProgress)]);
    expect(one).toEqual(two);
    expect(lines.filter((line) => line.startsWith('built '))).toHaveLength(planePrograms.length);
  });

  test('a failing build leaves nothing behind and repeats what Go said', async () => {
    standInGo('echo "no required module provides package" >&2; exit 1');
    await expect(findPlaneBinaries(silent)).rejects.toMatchObject({
      code: 'tool-missing',
      why: expect.stringContaining('no required module provides package'),
    });
    expect(readdirSync(join(dir, 'cache', 'control-plane'))).toEqual([]);
  });
});
