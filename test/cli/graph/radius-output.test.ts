import { describe, expect, test } from 'vitest';
import { formatBlastRadius, type RadiusView } from '../../../src/cli/graph/radius-output.ts';

const coverage = { workloads: 4, withEvidence: 3, notSeen: ['no traffic was observed'] };

const failure: RadiusView = {
  of: 'shop/payment',
  affected: [
    {
      id: 'shop/checkout',
      effect: 'breaks',
      probability: 0.93,
      path: ['shop/payment', 'shop/checkout'],
      evidence: ['checkout → payment: env PAYMENT_ADDR = payment:50051 (checkout.yaml:31); hard dependency'],
      tier: '1',
      owner: 'team-pay',
    },
    {
      id: 'shop/front',
      effect: 'degrades',
      probability: 0.4,
      path: ['shop/payment', 'shop/checkout', 'shop/front'],
      evidence: [],
      tier: null,
      owner: null,
      share: 0.833,
    },
  ],
  entryPoints: ['shop/front'],
  unlisted: 3,
  coverage,
};

const change: RadiusView = {
  of: 'main..feature',
  because: '1 object would change',
  affected: [],
  entryPoints: [],
  unlisted: 0,
  coverage,
  changes: [
    {
      resource: 'v1/ConfigMap/shop/flags',
      change: 'changed',
      paths: ['data.COLOR'],
      unknown: [],
      reaches: [
        { id: 'shop/web', sees: 'restart', since: null, why: 'reads it as env COLOR: COLOR of ConfigMap flags' },
        { id: 'shop/job', sees: 'never', since: null, why: 'reads SIZE of ConfigMap flags, which did not change' },
      ],
    },
  ],
};

describe('a blast radius for people', () => {
  test('fits a terminal of 80 columns', () => {
    expect(formatBlastRadius(failure, { colour: false, columns: 80 }, 10)).toBe(`\
When shop/payment changes or fails

  breaks       93 %  shop/checkout, tier 1, team-pay
                     checkout → payment: env PAYMENT_ADDR = payment:50051
                     (checkout.yaml:31); hard dependency
  degrades     40 %  shop/front, 83 % of its traffic
                     by shop/payment → shop/checkout → shop/front

Users notice at shop/front.
3 more depend on it; --limit shows more, -o json all that are listed.
3 of 4 workloads have evidence; no traffic was observed.
`);
  });

  test('fits a phone of 40 columns', () => {
    expect(formatBlastRadius(failure, { colour: false, columns: 40 }, 1)).toBe(`\
When shop/payment changes or fails

breaks 93 % shop/checkout
  tier 1, team-pay
  checkout → payment: env PAYMENT_ADDR =
  payment:50051 (checkout.yaml:31); hard
  dependency

Users notice at shop/front.
4 more depend on it; --limit shows more,
-o json all that are listed.
3 of 4 workloads have evidence; no
traffic was observed.
`);
  });

  test('of a change says who sees it and when, and who does not', () => {
    expect(formatBlastRadius(change, { colour: false, columns: 40 }, 10)).toBe(`\
main..feature: 1 object would change

~ ConfigMap shop/flags: data.COLOR
    shop/web sees it after a restart:
      reads it as env COLOR: COLOR of
      ConfigMap flags
    1 that depends on it does not see it

  Nothing is known to depend on it.

3 of 4 workloads have evidence; no
traffic was observed.
`);
  });

  test.for([40, 60, 80, 120])('keeps every line within %i columns, whatever the names', (columns) => {
    const long = `shop/${'very-long-name-'.repeat(20)}`;
    const [first] = failure.affected;
    const affected =
      first === undefined ? [] : [{ ...first, id: long, path: [long, long, long], owner: 'x'.repeat(200) }];
    const view = { ...failure, affected, changes: change.changes?.map((each) => ({ ...each, paths: [long, long] })) };
    const lines = formatBlastRadius(view, { colour: false, columns }, 10).split('\n');
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
  });

  test('a name cannot steer the terminal', () => {
    const evil = 'shop/\u001b[2Jx\u202e\n';
    const [first] = failure.affected;
    const affected = first === undefined ? [] : [{ ...first, id: evil, path: [evil, evil, evil], evidence: [evil] }];
    const changes = change.changes?.map((each) => ({ ...each, resource: `v1/ConfigMap/shop/${evil}`, paths: [evil] }));
    const text = formatBlastRadius({ ...failure, of: evil, affected, changes }, { colour: false, columns: 80 }, 10);
    // oxlint-disable-next-line no-control-regex -- these must not be there
    expect(text).not.toMatch(/[\u001b\u202e]/);
  });

  test('where it is unknown whom it reaches, nothing is said to be safe', () => {
    const changes = [
      {
        resource: 'example.org/Thing//x',
        change: 'changed',
        paths: [],
        reaches: [],
        unknown: ['who depends on it is not known'],
      },
    ] as const;
    const text = formatBlastRadius({ ...change, changes }, { colour: false, columns: 80 }, 10);
    expect(text).toContain('Whom it reaches is not known.');
    expect(text).not.toContain('Nothing is known to depend');
  });
});
