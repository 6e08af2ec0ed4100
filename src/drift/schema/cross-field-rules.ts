import { type JsonObject, objectAt, stringAt, valueAt } from '../../resource/json.ts';
import type { ReasonedPath } from '../drift-report.ts';
import { objectProblems } from './object-rules.ts';
import { podProblems } from './pod-rules.ts';
import { dnsLabel, subdomain } from './text-forms.ts';

/** What the API server refuses when it looks at several fields together. Source: `pkg/apis/<group>/validation` of Kubernetes 1.36. */
export function crossFieldProblems(body: JsonObject, kind: string): readonly ReasonedPath[] {
  const problems = [...nameProblems(body, kind)];
  const template = podTemplatePath[kind];
  if (template !== undefined) problems.push(...podProblems(objectAt(body, ...template), template.join('.'), kind));
  if (selects.has(kind)) problems.push(...selectorProblems(body));
  if (kind === 'HorizontalPodAutoscaler') problems.push(...autoscalerProblems(body));
  problems.push(...objectProblems(body, kind));
  return problems;
}

const podTemplatePath: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};
const selects = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);
const freeNames = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding']);

/** CronJobs leave room for what the controller appends to the names of their Jobs. */
const longestCronJob = 52;

function* nameProblems(body: JsonObject, kind: string): Iterable<ReasonedPath> {
  const name = stringAt(body, 'metadata', 'name');
  if (name === undefined || freeNames.has(kind)) return;
  const form = kind === 'Service' || kind === 'Namespace' ? dnsLabel : subdomain;
  const reason = form(name);
  if (reason !== undefined) yield { path: 'metadata.name', reason };
  else if (kind === 'CronJob' && name.length > longestCronJob)
    yield { path: 'metadata.name', reason: `must be at most ${longestCronJob} characters` };
}

function* selectorProblems(body: JsonObject): Iterable<ReasonedPath> {
  const selector = objectAt(body, 'spec', 'selector');
  if (selector !== undefined && Object.values(selector).every((part) => Object.keys(part ?? {}).length === 0)) {
    yield { path: 'spec.selector', reason: 'must select something' };
    return;
  }
  const labels = objectAt(body, 'spec', 'template', 'metadata', 'labels') ?? {};
  for (const [key, value] of Object.entries(objectAt(body, 'spec', 'selector', 'matchLabels') ?? {})) {
    if (labels[key] !== value) {
      yield { path: 'spec.selector', reason: 'does not select the labels of the template' };
      return;
    }
  }
}

function* autoscalerProblems(body: JsonObject): Iterable<ReasonedPath> {
  const [min, max] = [valueAt(body, 'spec', 'minReplicas'), valueAt(body, 'spec', 'maxReplicas')];
  if (typeof min === 'number' && typeof max === 'number' && min > max)
    yield { path: 'spec.maxReplicas', reason: 'must not be less than minReplicas' };
}
