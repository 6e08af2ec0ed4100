import { describe, expect, test } from 'vitest';
import { ruleWarnings } from '../../src/config/rule-warnings.ts';

const now = '2026-11-25T10:00:00.000Z';
const base = { path: 'spec.replicas', reason: 'sale', owner: 'crew' };

describe('a rule that can never match', () => {
  test.for([
    [{ expires: '2026-11-24T00:00:00.000Z' }, 'expires', 'it has expired and hides nothing any more'],
    [{ kind: 'deployment' }, 'kind', 'no kind is written so'],
    [{ kind: 'apps/Deployment' }, 'kind', 'no kind is written so'],
    [{ kind: 'Deployment.apps' }, 'kind', 'no kind is written so'],
    [{ namespace: 'Shop' }, 'namespace', 'no namespace can have this name'],
    [{ name: 'Deployment/web' }, 'name', 'no object can have this name'],
    [{ path: '/spec/replicas' }, 'path', 'it is a JSON pointer, and paths of reports are dotted'],
    [{ path: '$.spec' }, 'path', 'no path of a report begins so'],
    [{ path: '.spec' }, 'path', 'no path of a report begins so'],
    [{ path: 'spec..replicas' }, 'path', 'a step of it is empty'],
    [{ path: 'spec.' }, 'path', 'a step of it is empty'],
    [{ path: 'spec.containers[name=web' }, 'path', 'a bracket or a quote is not closed'],
    [{ path: 'metadata.annotations."a.b' }, 'path', 'a bracket or a quote is not closed'],
    [{ path: 'status.replicas' }, 'path', 'this field is never compared'],
    [{ path: 'metadata.managedFields' }, 'path', 'this field is never compared'],
  ] as const)('%o is told', ([part, key, reason]) => {
    expect(ruleWarnings([{ ...base, ...part }], now, null)).toMatchObject([{ path: `rules[0].${key}`, reason }]);
  });

  test.for([
    {},
    { kind: 'Deployment', namespace: 'shop-*', name: 'system:web', expires: '2026-12-31T00:00:00.000Z' },
    { kind: '*Set', path: 'spec.**.containers[*].image' },
    { path: 'metadata.annotations."example.com/a.b"' },
    { path: 'rules[host=a.example.com]' },
    { path: '**' },
  ])('%o is not', (part) => {
    expect(ruleWarnings([{ ...base, ...part }], now, null)).toEqual([]);
  });
});
