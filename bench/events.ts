import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  arrayAt,
  isJsonObject,
  type JsonObject,
  objectAt,
  parseJson,
  stringAt,
  valueAt,
} from '../src/resource/json.ts';
import { type FaultProxy, startFaultProxy } from '../test/kubernetes/fault-proxy.ts';
import { formatKubeconfig } from '../test/kubernetes/scripted-server.ts';
import { bundleProgram } from '../tools/bundle.ts';
import { daemonEnvironment, daemonNodeFlags } from '../tools/daemon-node.ts';
import { startPlane } from '../tools/plane/start-plane.ts';
import { fillDaemonFolder } from './daemon-folder.ts';
import { drawEstate, type Estate } from './estate.ts';
import { fillCluster, sendEach } from './fill-cluster.ts';
import { describeMachine } from './machine.ts';
import { processUse } from './run-measured.ts';

/**
 * What a stream of status events costs. The API server of a small machine writes a hundred a second, so a proxy before it tells each
 * of them many times, every time with another status and a higher version; beside informers of @kubernetes/client-node under the same.
 *
 *   node bench/events.ts [--size 10000] [--rate 1000] [--seconds 30]
 */
const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '10000' },
    /** Events a second that are aimed at. */
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '30' },
  },
});

/** Status writes a second that the API server is asked for. */
const writes = 50;
const times = Math.max(1, Math.round(Number(values.rate) / writes));

console.log(describeMachine());
const dir = mkdtempSync(join(tmpdir(), 'mooring-bench-'));
const plane = await startPlane({ apiOnly: true });
const proxy = await startFaultProxy(upstreamOf(plane.kubeconfig));
try {
  const estate = drawEstate(Number(values.size));
  fillDaemonFolder(dir, estate);
  const kubeconfig = join(dir, 'kubeconfig');
  // makeInformer speaks plain HTTP only when it may leave out verification.
  writeFileSync(
    kubeconfig,
    formatKubeconfig(proxy.url).replace('"server"', '"insecure-skip-tls-verify":true,"server"'),
  );
  await fillCluster(plane.kubeconfig, estate);
  const program = join(dir, 'daemon.mjs');
  await bundleProgram(join(import.meta.dirname, 'watched-daemon.ts'), program);
  const env = { PATH: process.env['PATH'], HOME: dir, KUBECONFIG: kubeconfig };
  const daemon = (): ChildProcess =>
    fork(program, [dir], { env: { ...env, ...daemonEnvironment }, execArgv: [...daemonNodeFlags] });
  const informers = (): ChildProcess => fork(join(import.meta.dirname, 'informers.ts'), [kubeconfig], { env });
  console.log(`\n${values.size} objects; each status write is told ${times} times`);
  await measure('mooring', daemon, estate);
  await measure('makeInformer', informers, estate);
} finally {
  await proxy.close();
  await plane.stop();
  rmSync(dir, { recursive: true, force: true });
}

async function measure(name: string, start: () => ChildProcess, estate: Estate): Promise<void> {
  const stream = multiply(proxy);
  const child = start();
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code, signal) => reject(new Error(`it ended too soon: ${code ?? signal}`)));
      child.on('message', (told) => {
        if (isJsonObject(told) && (told['whole'] === true || 'objects' in told)) resolve();
      });
    });
    await sleep(5_000);
    const [before, since] = [processUse(child.pid ?? 0), performance.now()];
    await writeStatuses(estate);
    const [after, seconds] = [processUse(child.pid ?? 0), (performance.now() - since) / 1000];
    const rate = stream.told() / seconds;
    const share = ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100;
    console.log(
      `  ${name.padEnd(14)} ${share.toFixed(0).padStart(3)} % of a core at ${rate.toFixed(0)} events a second, ${((share * 10) / rate).toFixed(3)} ms an event; resident ${before.residentMiB.toFixed(0)} MiB before, ${after.residentMiB.toFixed(0)} MiB after`,
    );
  } finally {
    child.kill();
    proxy.fault = () => undefined;
  }
}

/** Streams that begin from now on tell each event of a Deployment many times. */
function multiply(through: FaultProxy): { readonly told: () => number } {
  let told = 0;
  const change = (line: string): readonly string[] => {
    const event = parseJson(line);
    const object = objectAt(event, 'object');
    if (!isJsonObject(event) || object === undefined || event['type'] !== 'MODIFIED') return [line];
    told += times;
    return Array.from({ length: times }, (_, turn) => JSON.stringify({ ...event, object: retold(object, turn) }));
  };
  through.fault = ({ url }) =>
    url.searchParams.has('watch') && url.pathname.endsWith('/deployments') ? { kind: 'lines', change } : undefined;
  return { told: () => told };
}

/** Versions are stretched, so that there is room for more between two of them. */
function retold(object: JsonObject, turn: number): JsonObject {
  const version = Number(stringAt(object, 'metadata', 'resourceVersion') ?? 0) * times + turn;
  return {
    ...object,
    metadata: { ...objectAt(object, 'metadata'), resourceVersion: String(version) },
    status: { ...objectAt(object, 'status'), readyReplicas: turn },
  };
}

async function writeStatuses(estate: Estate): Promise<void> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  let count = 0;
  function* turns(): Generator<number> {
    while (elapsed() < Number(values.seconds)) yield count++;
  }
  await sendEach(plane.kubeconfig, turns(), async (turn, send) => {
    const wait = turn / writes - elapsed();
    if (wait > 0) await sleep(wait * 1000);
    const file = estate.files[turn % estate.files.length];
    if (file === undefined) return;
    const path = `/apis/apps/v1/namespaces/${file.namespace}/deployments/${file.name.replace('.yaml', '')}/status`;
    const body = { status: { observedGeneration: turn + 1 } };
    await send({ path, method: 'PATCH', contentType: 'application/merge-patch+json', body });
  });
}

function upstreamOf(kubeconfig: string): Parameters<typeof startFaultProxy>[0] {
  const document = parseJson(readFileSync(kubeconfig, 'utf8'));
  const pem = (name: string, key: string): string => {
    const entry = valueAt(arrayAt(document, `${name}s`)[0], name);
    return Buffer.from(stringAt(entry, `${key}-data`) ?? '', 'base64').toString('utf8');
  };
  return {
    url: stringAt(valueAt(arrayAt(document, 'clusters')[0], 'cluster'), 'server') ?? '',
    ca: pem('cluster', 'certificate-authority'),
    cert: pem('user', 'client-certificate'),
    key: pem('user', 'client-key'),
  };
}
