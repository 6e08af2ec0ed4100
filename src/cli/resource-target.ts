import { AppError } from '../errors/app-error.ts';
import { nearestName } from '../config/nearest-name.ts';
import { describeResourceId, groupOf, type ResourceId } from '../resource/resource-id.ts';

/** What a person means by `deploy/web`, `Deployment.apps/web` or `deployment/shop/web`. */
export interface ResourceTarget {
  readonly kind: string;
  readonly group: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Short names that kubectl users type. */
const shortKinds: Readonly<Record<string, string>> = {
  cj: 'cronjob',
  cm: 'configmap',
  crd: 'customresourcedefinition',
  deploy: 'deployment',
  ds: 'daemonset',
  hpa: 'horizontalpodautoscaler',
  ing: 'ingress',
  netpol: 'networkpolicy',
  ns: 'namespace',
  pdb: 'poddisruptionbudget',
  po: 'pod',
  pv: 'persistentvolume',
  pvc: 'persistentvolumeclaim',
  rs: 'replicaset',
  sa: 'serviceaccount',
  sc: 'storageclass',
  sts: 'statefulset',
  svc: 'service',
};

/** Reads `KIND/NAME` or `KIND/NAMESPACE/NAME`. Throws AppError `usage` for anything else. */
export function parseTarget(text: string, namespace: string | undefined): ResourceTarget {
  const parts = text.split('/');
  const [kindText = '', second = '', third] = parts;
  const name = third ?? second;
  if (parts.length < 2 || parts.length > 3 || kindText === '' || name === '') {
    throw new AppError({
      code: 'usage',
      what: `cannot tell which resource "${text}" is`,
      why: 'it is not of the form KIND/NAME',
      remedy: 'Write it like deployment/web, or deployment/shop/web with its namespace',
    });
  }
  const [kind = '', ...group] = kindText.split('.');
  return {
    kind: shortKinds[kind.toLowerCase()] ?? kind.toLowerCase(),
    group: group.length === 0 ? undefined : group.join('.'),
    namespace: third === undefined ? namespace : second,
    name,
  };
}

interface Named {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The one of `candidates` that is meant. Throws AppError `resource-not-found` when none is, `usage` when several are. */
export function findTarget<T extends Named>(target: ResourceTarget, text: string, candidates: readonly T[]): T {
  const found = candidates.filter((candidate) => isMeant(target, candidate));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only === undefined) {
    const near = nearestName(
      target.name,
      candidates.filter(({ kind }) => isKind(target.kind, kind)).map(({ name }) => name),
    );
    throw new AppError({
      code: 'resource-not-found',
      what: `cannot find ${text}`,
      why: 'neither side holds it',
      remedy: near === undefined ? 'Run "mooring audit" to see what there is' : `Did you mean ${near}?`,
    });
  }
  const names = found.map((candidate) => describeResourceId(idOf(candidate)));
  throw new AppError({
    code: 'usage',
    what: `cannot tell which resource "${text}" is`,
    why: `it may be ${names.join(' or ')}`,
    remedy: 'Add the namespace, as in deployment/shop/web, or the group, as in Deployment.apps/web',
  });
}

function isMeant(target: ResourceTarget, candidate: Named): boolean {
  return (
    candidate.name === target.name &&
    isKind(target.kind, candidate.kind) &&
    (target.group === undefined || target.group === groupOf(candidate.apiVersion)) &&
    (target.namespace === undefined || candidate.namespace === '' || candidate.namespace === target.namespace)
  );
}

/** Singular or plural, whatever the case. */
function isKind(wanted: string, kind: string): boolean {
  const known = kind.toLowerCase();
  return [known, `${known}s`, `${known}es`, known.replace(/y$/, 'ies')].includes(wanted);
}

function idOf(named: Named): ResourceId {
  return { group: groupOf(named.apiVersion), kind: named.kind, namespace: named.namespace, name: named.name };
}
