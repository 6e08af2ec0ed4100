import { describe, expect, test } from 'vitest';
import { readIgnoreDifferences, readSystemRules } from '../../../src/collectors/discovery/argo/ignore-differences.ts';
import { readFluxIgnore } from '../../../src/collectors/discovery/rules/flux-ignore.ts';
import { type ExpandedRule, expandRules } from '../../../src/collectors/discovery/rules/imported-rule.ts';
import { parseJqPath } from '../../../src/collectors/discovery/rules/jq-path.ts';
import { fieldPatterns } from '../../../src/collectors/discovery/rules/rule-path.ts';
import { RuleBook } from '../../../src/collectors/discovery/rule-book.ts';
import { expiredRuleFor } from '../../../src/drift/subtract/user-rules.ts';
import { firstOf, live, now } from './live-objects.ts';

const web = firstOf(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop, annotations: { example.com/note: x } }
spec:
  replicas: 2
  template:
    spec:
      containers:
        - { name: main, image: a, ports: [ { containerPort: 80 }, { containerPort: 53, protocol: UDP } ] }
        - { name: side, image: b }
`);

const other = firstOf(
  'apiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: shop }\nspec: { ports: [ { port: 80 } ] }\n',
);

/** Whether drift takes one of these rules for this path of the Deployment; asked as if they had expired, which it tells apart. */
function hides(rules: readonly ExpandedRule[], path: string): boolean {
  const expired = rules.map((rule) => ({ ...rule, expires: '2000-01-01T00:00:00Z' }));
  return expiredRuleFor(expired, now, web.id, path) !== undefined;
}

describe('ignoreDifferences of an Application', () => {
  test.for([
    ['/spec/replicas', 'spec.replicas'],
    ['/metadata/annotations/example.com~1note', 'metadata.annotations."example.com/note"'],
    ['/spec/template/spec/containers/1/image', 'spec.template.spec.containers[name=side].image'],
    [
      '/spec/template/spec/containers/0/ports/1',
      'spec.template.spec.containers[name=main].ports[containerPort=53,protocol=UDP]',
    ],
    [
      '/spec/template/spec/containers/0/ports/0',
      'spec.template.spec.containers[name=main].ports[containerPort=80,protocol=TCP]',
    ],
    ['/spec/template', 'spec.template.spec.containers[name=side].image'],
  ] as const)('the pointer %s hides %s', ([pointer, path]) => {
    const { rules, problems } = readIgnoreDifferences(
      [{ group: 'apps', kind: 'Deployment', jsonPointers: [pointer] }],
      'Application a',
    );
    expect(problems).toEqual([]);
    expect(hides(expandRules(rules, [web]), path)).toBe(true);
  });

  test.for([
    ['/spec/template/spec/containers/1/image', 'spec.template.spec.containers[name=main].image'],
    ['/spec/replicas', 'spec.replicasMore'],
    ['/spec/replicas', 'spec'],
  ] as const)('the pointer %s does not hide %s', ([pointer, path]) => {
    const { rules } = readIgnoreDifferences(
      [{ group: 'apps', kind: 'Deployment', jsonPointers: [pointer] }],
      'Application a',
    );
    expect(hides(expandRules(rules, [web]), path)).toBe(false);
  });

  test.for([
    ['.spec.replicas', 'spec.replicas', true],
    ['.spec.template.spec.containers[].image', 'spec.template.spec.containers[name=side].image', true],
    ['.spec.template.spec.containers[]?.image', 'spec.template.spec.containers[name=new].image', true],
    ['.spec.template.spec.containers[1].image', 'spec.template.spec.containers[name=side].image', true],
    [
      '.spec.template.spec.containers[] | select(.name == "side").image',
      'spec.template.spec.containers[name=side].image',
      true,
    ],
    [
      '.spec.template.spec.containers[] | select(.name == "side") | .image',
      'spec.template.spec.containers[name=side].image',
      true,
    ],
    [
      '.spec.template.spec.containers[] | select(.name == "side") | .image',
      'spec.template.spec.containers[name=main].image',
      false,
    ],
    [
      '.spec.template.spec.containers[] | select(.name == "injected")',
      'spec.template.spec.containers[name=injected]',
      true,
    ],
    [
      '.spec.template.spec.initContainers[] | select(.name == "injected")',
      'spec.template.spec.initContainers[name=injected].image',
      true,
    ],
    [
      '.spec.template.spec.containers[] | select(.name | startswith("si"))',
      'spec.template.spec.containers[name=side]',
      true,
    ],
    [
      '.spec.template.spec.containers[] | select(.image == "a" and (.name == "side" | not))',
      'spec.template.spec.containers[name=main]',
      true,
    ],
    [
      '.spec.template.spec.containers[] | select(.name != "side")',
      'spec.template.spec.containers[name=main].image',
      true,
    ],
    ['.metadata.annotations["example.com/note"]', 'metadata.annotations."example.com/note"', true],
    ['.metadata.annotations."example.com/note"', 'metadata.annotations."example.com/note"', true],
    ['.', 'spec.anything', true],
  ] as const)('the jq path %s hides %s: %s', ([expression, path, expected]) => {
    const { rules, problems } = readIgnoreDifferences(
      [{ group: 'apps', kind: 'Deployment', jqPathExpressions: [expression] }],
      'a',
    );
    expect(problems).toEqual([]);
    expect(hides(expandRules(rules, [web]), path)).toBe(expected);
  });

  test.for([
    '.spec | to_entries[]',
    'walk(.)',
    '.a[-1]',
    '.a[1:2]',
    '.spec.template.spec.containers[] | select(.name | test("a.*"))',
    '.a | .b |',
    '."a\\(1)"',
    'spec',
  ])('the jq expression %s is not understood and hides nothing', (expression) => {
    expect(parseJqPath(expression)).toBeUndefined();
    const read = readIgnoreDifferences([{ group: '*', kind: '*', jqPathExpressions: [expression] }], 'a');
    expect(read).toEqual({ rules: [], problems: [expression] });
  });

  test('a trusted field manager hides what it wrote, whatever the path', () => {
    const { rules } = readIgnoreDifferences(
      [{ group: '*', kind: '*', managedFieldsManagers: ['rollouts-controller'] }],
      'Application a',
    );
    expect(expandRules(rules, [web])).toEqual([
      {
        path: '**',
        kind: 'Deployment',
        namespace: 'shop',
        name: 'web',
        manager: 'rollouts-controller',
        reason: 'trusts the field manager rollouts-controller',
        owner: 'Application a',
        expires: null,
        rule: 'trusts the field manager rollouts-controller of ["*","*","",""] (Application a)',
      },
    ]);
  });

  test.for([
    [{ group: 'apps', kind: 'Deployment' }, ['web']],
    [{ group: 'apps', kind: 'Deploy*' }, ['web']],
    [{ group: '*', kind: '*' }, ['web', 'web']],
    [{ group: '', kind: 'Service' }, ['web']],
    [{ kind: 'Deployment' }, []],
    [{ group: 'apps', kind: 'Deployment', name: 'web' }, ['web']],
    [{ group: 'apps', kind: 'Deployment', name: 'we' }, []],
    [{ group: 'apps', kind: 'Deployment', namespace: 'shop' }, ['web']],
    [{ group: 'apps', kind: 'Deployment', namespace: 'other' }, []],
  ] as const)('%j selects %j', ([selector, expected]) => {
    const { rules } = readIgnoreDifferences([{ ...selector, jsonPointers: ['/spec/replicas'] }], 'a');
    expect(expandRules(rules, [web, other]).map(({ name }) => name)).toEqual(expected);
  });

  test('a rule of one source never holds for an object of another', () => {
    const { rules } = readIgnoreDifferences([{ group: '*', kind: '*', jsonPointers: ['/spec'] }], 'Application tenant');
    const expanded = expandRules(rules, [other]);
    expect(expanded.map(({ path }) => path)).toEqual(['spec']);
    expect(hides(expanded, 'spec.replicas')).toBe(false);
  });
});

describe('rules of the whole installation of Argo CD', () => {
  const data = {
    'resource.customizations.ignoreDifferences.apps_Deployment': 'jsonPointers:\n- /spec/replicas\n',
    'resource.customizations.ignoreDifferences.all': 'managedFieldsManagers: [ kube-controller-manager ]\n',
    'resource.customizations.ignoreDifferences.Service': 'jqPathExpressions: [ ".spec.clusterIP" ]\n',
    'resource.customizations': 'apps/Deployment:\n  ignoreDifferences: |\n    jsonPointers: [ /spec/paused ]\n',
    'resource.customizations.health.apps_Deployment': 'return hs',
  };

  test('hold for the kinds they name, in the newer and in the older form', () => {
    const { rules, problems } = readSystemRules(data, 'ConfigMap argocd/argocd-cm');
    expect(problems).toEqual([]);
    expect(expandRules(rules, [web]).map(({ path, manager }) => [path, manager ?? null])).toEqual([
      ['spec.replicas', null],
      ['**', 'kube-controller-manager'],
      ['spec.paused', null],
    ]);
    expect(expandRules(rules, [other]).map(({ path }) => path)).toEqual(['**', 'spec.clusterIP']);
  });

  test('one that is no YAML is told', () => {
    const read = readSystemRules({ 'resource.customizations.ignoreDifferences.all': '{' }, 'x');
    expect(read).toEqual({ rules: [], problems: ['ignoreDifferences of all'] });
  });
});

describe('ignore rules of Flux', () => {
  test.for([
    [{}, true],
    [{ kind: 'Deployment' }, true],
    [{ kind: 'Deploy.*' }, true],
    [{ kind: 'Deploy' }, false],
    [{ group: 'apps', version: 'v1', name: 'we.', namespace: 'shop' }, true],
    [{ version: 'v2' }, false],
    [{ annotationSelector: 'example.com/note=x' }, true],
    [{ annotationSelector: 'example.com/note in (y,z)' }, false],
    [{ labelSelector: '!team' }, true],
    [{ labelSelector: 'team' }, false],
  ] as const)('with target %j apply: %s', ([target, expected]) => {
    const { rules } = readFluxIgnore([{ paths: ['/spec/replicas'], target }], 'HelmRelease a');
    expect(expandRules(rules, [web]).length).toBe(expected ? 1 : 0);
  });

  test.for(['a**', '(', '(?=a)b'])('the expression %s is not understood, and is told', (name) => {
    const read = readFluxIgnore([{ paths: ['/spec'], target: { name } }], 'a');
    expect(read).toEqual({ rules: [], problems: ['/spec'] });
  });

  test.for([
    ['(w+)+eb', true],
    ['(w|e|b)*', true],
    ['(a|a)*', false],
    ['we', false],
  ] as const)('A40: the expression %s costs no more than another: %s', ([name, expected]) => {
    const { rules } = readFluxIgnore([{ paths: ['/spec'], target: { name } }], 'a');
    expect(rules[0]?.selects(web)).toBe(expected);
  });

  test('an empty path is the whole object', () => {
    const { rules } = readFluxIgnore([{ paths: [''] }], 'a');
    expect(expandRules(rules, [web]).map(({ path }) => path)).toEqual(['**']);
  });
});

describe('the rules of all sources', () => {
  test('stand behind those of the configuration, and are replaced when a source is read again', () => {
    const own = { path: 'x', reason: 'r', owner: 'o', expires: null };
    const list = [own];
    const book = new RuleBook(list);
    const { rules } = readIgnoreDifferences([{ group: '*', kind: '*', jsonPointers: ['/spec/a'] }], 'a');
    book.learn('a', rules, live('apiVersion: v1\nkind: Service\nmetadata: { name: one, namespace: shop }\n'));
    expect(list.map(({ path }) => path)).toEqual(['x', 'spec.a']);
    book.learn('a', rules, []);
    expect(list).toEqual([own]);
  });

  test('members of an object can be meant one and all', () => {
    const path = parseJqPath('.metadata.annotations[]');
    expect(path === undefined ? [] : fieldPatterns(path, web.body)).toEqual([
      'metadata.annotations."example.com/note"',
    ]);
  });
});
