import { arrayAt, type JsonValue, parseJson, stringAt } from '../../src/resource/json.ts';
import { kubeToolsDir } from '../../tools/kube-tools.ts';
import { kubectl } from './plane-access.ts';
import { runMooring } from './run-mooring.ts';

export interface DiscoveredAudit {
  readonly code: number;
  /** `Deployment shop/web in-sync` */
  readonly resources: readonly string[];
  /** `shop/web spec.replicas`, `shop/web missing` */
  readonly findings: readonly string[];
  /** `WHAT: WHY` */
  readonly gaps: readonly string[];
  /** Everything that was printed. */
  readonly text: string;
}

/** `mooring audit --live kube:` as a process: nothing but the kubeconfig of its environment, and whom git trusts. */
export async function auditDiscovered(caFile: string): Promise<DiscoveredAudit> {
  const environment = { PATH: `${kubeToolsDir()}:${process.env['PATH'] ?? ''}`, GIT_SSL_CAINFO: caFile };
  const { code, stdout, stderr } = await runMooring(['audit', '--live', 'kube:', '-o', 'json'], environment);
  if (code > 1) throw new Error(stderr);
  const report = parseJson(stdout);
  const resources = arrayAt(report, 'resources');
  return {
    code,
    resources: resources.map((each) => `${textOf(each, 'kind')} ${nameOf(each)} ${textOf(each, 'verdict')}`).sort(),
    findings: resources.flatMap(findingsOf).sort(),
    gaps: arrayAt(report, 'gaps').map((gap) => `${textOf(gap, 'what')}: ${textOf(gap, 'why')}`),
    text: stdout + stderr,
  };
}

function findingsOf(resource: JsonValue): readonly string[] {
  const drift = textOf(resource, 'drift');
  const whole = drift === 'missing' || drift === 'extra' ? [`${nameOf(resource)} ${drift}`] : [];
  const parts = arrayAt(resource, 'differences').map((each) => `${nameOf(resource)} ${textOf(each, 'path')}`);
  return [...whole, ...parts];
}

function nameOf(resource: JsonValue): string {
  return `${textOf(resource, 'namespace')}/${textOf(resource, 'name')}`;
}

function textOf(value: JsonValue, key: string): string {
  return stringAt(value, key) ?? '';
}

/** Creates or changes objects of the shared plane. */
export async function apply(items: readonly object[]): Promise<void> {
  await kubectl(['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
}
