import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git } from './git.ts';
import { liveDir, manifestsDir } from './harbour-shop/install.ts';

/** A temporary folder with everything that one demonstration needs. */
export interface DemoPlace extends AsyncDisposable {
  readonly folder: string;
  /** A work tree of a local repository; its branch `main` holds `manifests/`. */
  readonly repository: string;
  /** The dumps, or null when a real cluster is watched. */
  readonly dumps: string | null;
  readonly config: string;
  readonly history: string;
  readonly log: string;
}

/** Makes the repository from the manifests and copies the dumps. With `cluster`, there are no dumps: the live side is kube:. */
export async function makeDemoPlace(cluster: boolean): Promise<DemoPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-demo-'));
  const repository = join(folder, 'harbour-shop');
  const dumps = cluster ? null : join(folder, 'live');
  const config = join(folder, 'mooring.yaml');
  const history = join(folder, 'mooring.sqlite');
  await mkdir(repository);
  await cp(manifestsDir, join(repository, 'manifests'), { recursive: true });
  await git(repository, 'init', '--quiet', '--initial-branch=main');
  await git(repository, 'add', '--all');
  await git(repository, 'commit', '--quiet', '--message', 'Open the harbour shop');
  if (dumps !== null) await cp(liveDir, dumps, { recursive: true });
  await writeFile(config, configText(cluster));
  return {
    folder,
    repository,
    dumps,
    config,
    history,
    log: join(folder, 'mooring.log'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What a team would write, but for the port and for the limits, which here must not hold anything back. */
function configText(cluster: boolean): string {
  return `sources:
  - name: harbour-shop
    source: ./harbour-shop#main:manifests
    namespace: harbour
live:
  source: "${cluster ? 'kube:' : './live'}"
history:
  path: mooring.sqlite
api:
  listen: 127.0.0.1:0
rollback:
  propose: true
  minSeverity: medium
  maxOpen: 20
  maxPerHour: 20
  maxPerDay: 20
`;
}
