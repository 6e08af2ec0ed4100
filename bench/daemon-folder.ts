import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Estate } from './estate.ts';

const configuration = `sources:
  - source: ./manifests
live:
  source: "kube:"
history:
  path: state.sqlite
api:
  listen: 127.0.0.1:0
`;

/** What `watched-daemon.ts` is started in: the estate as manifests, and a configuration that watches them. */
export function fillDaemonFolder(dir: string, estate: Estate): void {
  mkdirSync(join(dir, 'manifests'));
  for (const { name, text } of estate.files) writeFileSync(join(dir, 'manifests', name), text);
  writeFileSync(join(dir, 'mooring.yaml'), configuration);
}
