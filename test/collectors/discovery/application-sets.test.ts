import { describe, expect, test } from 'vitest';
import type { GitAnswer } from '../../../src/collectors/discovery/discovered-source.ts';
import { evaluateGoTemplate } from '../../../src/collectors/discovery/set/go-template.ts';
import { application, argoBasics, discover, live } from './live-objects.ts';

const template = (name: string, path: string, more = ''): string => `template:
    metadata: { name: '${name}' }
    spec:
      project: default
      destination: { server: https://kubernetes.default.svc, namespace: '${name}' }
      source: { repoURL: https://git.example.com/shop, targetRevision: main, path: '${path}'${more} }`;

function applicationSet(spec: string): string {
  return `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: set, namespace: argocd }
spec:
  ${spec}
`;
}

function paths(text: string, answers?: ReadonlyMap<string, GitAnswer>): readonly string[] {
  const found = discover(live(argoBasics, text), answers === undefined ? {} : { answers });
  return found.sources.map(({ name, location }) => `${name.replace('Application argocd/', '')} ${location.path}`);
}

function gapOf(text: string, answers?: ReadonlyMap<string, GitAnswer>): string | undefined {
  return discover(live(argoBasics, text), answers === undefined ? {} : { answers }).gaps.map(
    ({ what, why }) => `${what}: ${why}`,
  )[0];
}

/** Answers everything that is asked with the same. */
function answered(text: string, answer: GitAnswer): ReadonlyMap<string, GitAnswer> {
  return new Map(discover(live(argoBasics, text)).questions.map(({ key }) => [key, answer]));
}

describe('a list generator', () => {
  test('makes one application for each element', () => {
    const text = applicationSet(
      `generators: [ { list: { elements: [ { env: dev }, { env: prod } ] } } ]\n  ${template('web-{{env}}', 'deploy/{{ env }}')}`,
    );
    expect(paths(text)).toEqual(['web-dev deploy/dev', 'web-prod deploy/prod']);
  });

  test('says of each that it does not exist, and takes those that exist as they are', () => {
    const text = applicationSet(
      `generators: [ { list: { elements: [ { env: dev }, { env: prod } ] } } ]\n  ${template('web-{{env}}', 'deploy/{{env}}')}`,
    );
    const existing = application('web-dev', 'source: { repoURL: https://git.example.com/shop, path: by-hand }');
    const found = discover(live(argoBasics, text, existing));
    expect(found.sources.map(({ location }) => location.path)).toEqual(['by-hand', 'deploy/prod']);
    expect(found.gaps.map(({ what, why }) => `${what}: ${why}`)).toEqual([
      'Application argocd/web-prod: ApplicationSet argocd/set calls for it, and it does not exist; what it would apply is compared all the same',
    ]);
  });

  test('may hold values, be chosen from by a selector, and have a template of its own', () => {
    const text = applicationSet(`generators:
    - list:
        elements: [ { env: dev, values: { size: small } }, { env: prod, values: { size: large } } ]
        template: { metadata: { name: 'big-{{env}}' }, spec: {} }
      selector: { matchLabels: { values.size: large } }
  ${template('web-{{env}}', '{{values.size}}')}`);
    expect(paths(text)).toEqual(['big-prod large']);
  });

  test('may be written as YAML', () => {
    const text = applicationSet(
      `generators: [ { list: { elementsYaml: "- { env: dev }\\n- { env: prod }\\n" } } ]\n  ${template('{{env}}', 'x')}`,
    );
    expect(paths(text)).toEqual(['dev x', 'prod x']);
  });
});

describe('a git generator', () => {
  const directories: GitAnswer = {
    kind: 'directories',
    paths: ['apps', 'apps/api', 'apps/old', 'apps/web', 'apps/web/base'],
  };

  test('asks for the folders once, and makes an application of each that fits', () => {
    const text = applicationSet(
      `generators: [ { git: { repoURL: https://git.example.com/shop, revision: HEAD, directories: [ { path: 'apps/*' }, { path: apps/old, exclude: true } ] } } ]\n  ${template('{{path.basename}}', '{{path}}', ", helm: { releaseName: '{{path[0]}}-{{path.basenameNormalized}}' }")}`,
    );
    const found = discover(live(argoBasics, text));
    expect(found.sources).toEqual([]);
    expect(found.questions).toMatchObject([
      { url: 'https://git.example.com/shop', revision: { name: null, range: null }, files: null },
    ]);
    expect(paths(text, answered(text, directories))).toEqual(['api apps/api', 'web apps/web']);
  });

  test('takes parameters from files', () => {
    const text = applicationSet(
      `generators: [ { git: { repoURL: https://git.example.com/shop, revision: main, files: [ { path: 'clusters/*/config.yaml' } ], values: { full: '{{cluster.name}}-{{path.basename}}' } } } ]\n  ${template('{{values.full}}', '{{path}}/{{cluster.zone}}')}`,
    );
    const files: GitAnswer = {
      kind: 'files',
      files: [
        { path: 'clusters/a/config.yaml', text: 'cluster: { name: north, zone: 1 }\n' },
        {
          path: 'clusters/b/config.yaml',
          text: '[ { cluster: { name: south, zone: 2 } }, { cluster: { name: west, zone: 3 } } ]\n',
        },
      ],
    };
    expect(paths(text, answered(text, files))).toEqual([
      'north-a clusters/a/1',
      'south-b clusters/b/2',
      'west-b clusters/b/3',
    ]);
  });

  test('whose repository cannot be read is a gap', () => {
    const text = applicationSet(
      `generators: [ { git: { repoURL: "file:///etc", directories: [ { path: '*' } ] } } ]\n  ${template('{{path.basename}}', '{{path}}')}`,
    );
    expect(gapOf(text, answered(text, { kind: 'unreadable', why: 'not followed', remedy: '' }))).toBe(
      'ApplicationSet argocd/set: the repository of its git generator cannot be read: not followed; only the 0 Applications it has made are compared',
    );
  });
});

describe('generators of generators', () => {
  test('a matrix pairs each with each, and the second may use what the first made', () => {
    const text = applicationSet(`generators:
    - matrix:
        generators:
          - list: { elements: [ { env: dev }, { env: prod } ] }
          - git: { repoURL: https://git.example.com/shop, revision: '{{env}}', directories: [ { path: 'apps/*' } ] }
  ${template('{{env}}-{{path.basename}}', '{{path}}')}`);
    expect(discover(live(argoBasics, text)).questions.map(({ revision }) => revision.name)).toEqual(['dev', 'prod']);
    const answers = answered(text, { kind: 'directories', paths: ['apps/api', 'apps/web'] });
    expect(paths(text, answers)).toEqual([
      'dev-api apps/api',
      'dev-web apps/web',
      'prod-api apps/api',
      'prod-web apps/web',
    ]);
  });

  test('a merge lays one over the other by key', () => {
    const text = applicationSet(`generators:
    - merge:
        mergeKeys: [ env ]
        generators:
          - list: { elements: [ { env: dev, path: a }, { env: prod, path: a } ] }
          - list: { elements: [ { env: prod, path: b }, { env: none, path: c } ] }
  ${template('{{env}}', '{{path}}')}`);
    expect(paths(text)).toEqual(['dev a', 'prod b']);
  });

  test.for([
    ['clusters: {}', 'its generator clusters asks others than the cluster and Git'],
    ['pullRequest: { github: {} }', 'its generator pullRequest asks others than the cluster and Git'],
    ['scmProvider: { github: {} }', 'its generator scmProvider asks others than the cluster and Git'],
    ['plugin: {}', 'its generator plugin asks others than the cluster and Git'],
    ['somethingNew: {}', 'its generator somethingNew is not known'],
    ['matrix: { generators: [ { list: { elements: [] } }, { clusters: {} } ] }', null],
    [
      'matrix: { generators: [ { list: { elements: [ { a: x } ] } }, { clusters: {} } ] }',
      'its generator clusters asks others than the cluster and Git',
    ],
    [
      'matrix: { generators: [ { list: { elements: [ { a: x } ] } }, { list: { elements: [ { a: z } ] } } ] }',
      'both generators of its matrix make a parameter a',
    ],
    [
      'merge: { mergeKeys: [ a ], generators: [ { list: { elements: [ { a: x }, { a: x } ] } }, { list: { elements: [] } } ] }',
      'its merge generator makes the keys ["x"] twice',
    ],
  ] as const)('%s is a gap that names it', ([generator, why]) => {
    const text = applicationSet(`generators: [ { ${generator} } ]\n  ${template('{{a}}', 'x')}`);
    expect(gapOf(text)).toBe(
      why === null ? undefined : `ApplicationSet argocd/set: ${why}; only the 0 Applications it has made are compared`,
    );
  });
});

describe('Go templates', () => {
  test('fill in names, paths and whole values, and a patch is laid over the result', () => {
    const text = applicationSet(`goTemplate: true
  goTemplateOptions: [ missingkey=error ]
  generators: [ { list: { elements: [ { env: Prod_1, helm: { size: 2 } } ] } } ]
  templatePatch: |
    spec:
      source:
        helm: { parameters: [ { name: size, value: '{{ .helm.size }}' } ] }
  ${template('{{ .env | normalize }}', 'deploy/{{ lower .env }}')}`);
    const [source] = discover(live(argoBasics, text)).sources;
    expect(source?.name).toBe('Application argocd/prod-1');
    expect(source?.location.path).toBe('deploy/prod_1');
    expect(source?.render.kind === 'argo' ? source.render.source['helm'] : null).toEqual({
      parameters: [{ name: 'size', value: '2' }],
    });
  });

  const data = {
    env: 'prod',
    path: { path: 'apps/web', basename: 'web', segments: ['apps', 'web'] },
    on: true,
    off: false,
    list: ['a', 'b'],
    size: 3,
    empty: '',
  };

  test.for([
    ['plain', 'plain'],
    ['{{ .env }}', 'prod'],
    ['{{.env}}-{{.path.basename}}', 'prod-web'],
    ['a {{- .env -}} b', 'aprodb'],
    ['{{ index .path.segments 1 }}', 'web'],
    ['{{ index .path "basename" }}', 'web'],
    ['{{ .env | upper | quote }}', '"PROD"'],
    ['{{ default "x" .empty }}', 'x'],
    ['{{ .empty | default "y" }}', 'y'],
    ['{{ if .on }}yes{{ else }}no{{ end }}', 'yes'],
    ['{{ if .off }}yes{{ else if eq .env "prod" "stage" }}two{{ else }}no{{ end }}', 'two'],
    ['{{ if and .on (not .off) }}x{{ if .off }}y{{ end }}z{{ end }}', 'xz'],
    ['{{ if .off }}{{ unknown .x }}{{ end }}', ''],
    ['{{ printf "%s-%d" .env .size }}', 'prod-3'],
    ['{{ .env | replace "o" "0" | trunc 3 }}', 'pr0'],
    ['{{ trimSuffix "od" .env }}{{ trimPrefix "pr" .env }}', 'prod'],
    ['{{ join "," .list }}', 'a,b'],
    ['{{ .list | join "-" }}', 'a-b'],
    ['{{ first .list }}{{ last .list }}{{ len .list }}', 'ab2'],
    ['{{ ternary "a" "b" .on }}', 'a'],
    ['{{ .list }}', '[a b]'],
    ['{{ .missing }}', '<no value>'],
    ['{{ $.env }}', 'prod'],
    ['{{ toString .size }}', '3'],
    ['{{ toJson .list }}', '["a","b"]'],
    ['{{/* a comment */}}x', 'x'],
    ['{{ `raw "text"` }}', 'raw "text"'],
    ['{{ normalize "My_App.1-" }}', 'my-app.1'],
  ] as const)('%s is %j', ([text, expected]) => {
    expect(evaluateGoTemplate(text, data, { strict: false })).toBe(expected);
  });

  test.for([
    '{{ range .list }}x{{ end }}',
    '{{ with .env }}x{{ end }}',
    '{{ unknown .env }}',
    '{{ .env | "x" }}',
    '{{ .env',
    '{{ if .on }}',
    '{{ end }}',
    '{{ printf "%x" 1 }}',
    '{{ $x := 1 }}',
  ])('%s is not evaluated, and said so', (text) => {
    expect(() => evaluateGoTemplate(text, data, { strict: false })).toThrow();
  });

  test('a missing parameter is an error when the set asks for that', () => {
    expect(() => evaluateGoTemplate('{{ .missing }}', data, { strict: true })).toThrow('there is no parameter missing');
  });
});
