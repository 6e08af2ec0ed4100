import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { daemonEnvironment, daemonNodeFlags } from '../../tools/daemon-node.ts';

test.for(['Dockerfile', 'bin/mooring'])('%s runs the daemon as the benches do', (file) => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8');
  for (const flag of daemonNodeFlags) expect(text).toContain(flag);
  for (const [name, value] of Object.entries(daemonEnvironment)) expect(text).toContain(`${name}=${value}`);
});
