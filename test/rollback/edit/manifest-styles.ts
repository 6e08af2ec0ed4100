import type { ObjectSelector } from '../../../src/rollback/edit/find-object.ts';
import { kustomization, ragged, values } from './untidy-texts.ts';

/** Manifests in every manner of writing YAML that people use, each with the object to edit in it. */
export interface StyledManifest {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  /** Null: a file that is no Kubernetes object, and one document. */
  readonly selector: ObjectSelector | null;
  /** Refusal codes that some edits of this manifest rightly get. */
  readonly mayRefuse?: readonly string[];
}

const web: ObjectSelector = { kind: 'Deployment', namespace: 'shop', name: 'web' };

const ordinary = `# The shop's front page.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels:
    app: web
    tier: "front" # quoted on purpose
spec:
  replicas: 3   # three zones
  # How pods are made.
  template:
    spec:
      containers:
      - name: web
        image: example/web:1.27   # pinned
        args: ["--port=8080", '--log=info']
        env:
        # first the plain ones
        - name: MODE
          value: production

        - name: GREETING
          value: "hello, world"
        - {name: FLOW, value: "1"}
        resources:
          limits: { cpu: 500m, memory: 128Mi }

      - name: proxy
        image: 'example/proxy:2.0'
        ports:
        - containerPort: 8080
          protocol: TCP
  strategy: {}
`;

const indentedLists = `apiVersion: apps/v1
kind: Deployment
metadata:
    name: web
    namespace: shop
    annotations:
        example.dev/a: "0644"
        example.dev/b: 'it''s'
spec:
    template:
        spec:
            volumes:
                - name: conf
                  configMap:
                      name: web-conf
                      defaultMode: 0644
                -   name: data
                    emptyDir: {}
            containers:
                - image: example/web:1.27
                  name: web
                  command:
                      - sh
                      - -c
                      - |
                        set -e
                        exec web

`;

const blocks = `---
apiVersion: v1
kind: ConfigMap
metadata: {name: conf, namespace: shop}
data:
  literal: |
    line one
      indented

    line four
  kept: |+
    keep

    trailing

  stripped: |-
    no newline at the end
  folded: >-
    a long sentence that
    is folded
  hinted: |2
      two more than needed
  plain: many words
    on several lines
  double: "first \\
    second \\u00e9"
  single: 'first

    second'
  empty: ""
  none:
  tilde: ~
--- # second document
apiVersion: v1
kind: Service
metadata:
  name: conf
spec:
  ports: [ {port: 80, name: http} , {port: 443, name: https} ]
...
`;

const anchors = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels: &labels
    app: web
    part-of: &part shop
spec:
  selector:
    matchLabels: *labels
  template:
    metadata:
      labels:
        <<: *labels
        version: v1
        owner: *part
      annotations: &unused
        a: b
    spec:
      containers:
      - &main
        name: web
        image: example/web:1
      - name: &proxy proxy
        image: example/proxy:1
`;

const numbers = `apiVersion: example.dev/v1
kind: Widget
metadata: { name: numbers }
spec:
  octal: 0644
  modernOctal: 0o644
  hex: 0x1F
  binary: 0b11
  underscore: 1_000
  exponent: 1e3
  plus: +1
  large: 12345678901234567890
  exact: 9007199254740993
  date: 2026-01-02
  time: 12:30:45
  yes: on
  no: off
  tagged: !!str 123
  infinity: .inf
  float: 1.50
  list: [1, 2, 3,]
  nested:
  - - a
    - b
  -
    - c
  - ? explicit
    : value
  - key: v
    "quoted key": w
    'other': {}
`;

const json = `{
  "apiVersion": "apps/v1",
  "kind": "Deployment",
  "metadata": {
    "name": "web",
    "namespace": "shop",
    "labels": {"app": "web", "tier": "front"}
  },
  "spec": {
    "replicas": 3,
    "template": {
      "spec": {
        "containers": [
          {
            "name": "web",
            "image": "example/web:1.27",
            "args": [],
            "env": [
              {"name": "A", "value": "1"},
              {"name": "B", "value": "2"}
            ]
          }
        ]
      }
    }
  }
}
`;

const list = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  metadata:
    name: web
  spec:
    ports:
    - port: 80
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: web
  spec:
    replicas: 1
    paused: false
`;

const odd: readonly string[] = ['shared-anchor', 'merged-key', 'unusual-key', 'unusual-tag', 'shared-line'];

export const manifestStyles: readonly StyledManifest[] = [
  { name: 'ordinary', file: 'web.yaml', text: ordinary, selector: web },
  { name: 'lists indented under their keys, four spaces', file: 'web.yaml', text: indentedLists, selector: web },
  { name: 'CRLF', file: 'web.yaml', text: ordinary.replaceAll('\n', '\r\n'), selector: web },
  { name: 'byte order mark', file: 'web.yaml', text: `\uFEFF${ordinary}`, selector: web },
  { name: 'no final line break', file: 'web.yaml', text: ordinary.trimEnd(), selector: web },
  {
    name: 'block scalars',
    file: 'conf.yaml',
    text: blocks,
    selector: { kind: 'ConfigMap', namespace: 'shop', name: 'conf' },
  },
  {
    name: 'block scalars, CRLF',
    file: 'conf.yaml',
    text: blocks.replaceAll('\n', '\r\n'),
    selector: { kind: 'ConfigMap', namespace: 'shop', name: 'conf' },
  },
  {
    name: 'second document',
    file: 'conf.yaml',
    text: blocks,
    selector: { kind: 'Service', namespace: 'shop', name: 'conf', line: 31 },
  },
  { name: 'anchors and merge keys', file: 'web.yaml', text: anchors, selector: web, mayRefuse: odd },
  {
    name: 'numbers, nested lists, odd keys',
    file: 'widget.yaml',
    text: numbers,
    selector: { kind: 'Widget', namespace: 'shop', name: 'numbers' },
    mayRefuse: odd,
  },
  { name: 'JSON', file: 'web.json', text: json, selector: web },
  { name: 'JSON with tabs', file: 'web.json', text: json.replaceAll('  ', '\t'), selector: web },
  { name: 'JSON on one line', file: 'web.json', text: JSON.stringify(JSON.parse(json)), selector: web },
  { name: 'untidy', file: 'web.yaml', text: ragged, selector: web, mayRefuse: ['shared-line'] },
  {
    name: 'untidy, CRLF',
    file: 'web.yaml',
    text: ragged.replaceAll('\n', '\r\n'),
    selector: web,
    mayRefuse: ['shared-line'],
  },
  { name: 'values of a chart', file: 'values.yaml', text: values, selector: null },
  { name: 'a kustomization', file: 'kustomization.yaml', text: kustomization, selector: null },
  { name: 'an element of a List', file: 'list.yaml', text: list, selector: web },
];
