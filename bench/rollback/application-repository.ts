import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ApplicationRepository {
  /** Bare. */
  readonly directory: string;
  /** `app-000`, each with a base and an overlay. */
  readonly applications: readonly string[];
  readonly files: number;
  readonly commits: number;
}

const filesEach = 20;
const settings = 16;

/**
 * A repository of applications, each a base of resources and an overlay, with a history in which overlays get new image tags. The same
 * numbers give the same bytes.
 */
export async function makeRepository(files: number, commits: number): Promise<ApplicationRepository> {
  const directory = mkdtempSync(join(tmpdir(), 'mooring-bench-repository-'));
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', directory]);
  const applications = Array.from({ length: Math.floor(files / filesEach) }, (_, index) => nameOf(index));
  const git = spawn('git', ['--git-dir', directory, 'fast-import', '--quiet'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const closed = once(git, 'close');
  git.stdin.write(
    commit(
      1,
      applications.flatMap((app) => firstFiles(app)),
    ),
  );
  for (let number = 2; number <= commits; number += 1) {
    const app = nameOf((number * 7) % applications.length);
    git.stdin.write(commit(number, [[`apps/${app}/prod/kustomization.yaml`, overlay(app, number)]]));
  }
  git.stdin.end('done\n');
  const [code] = await closed;
  if (code !== 0) throw new Error(`git fast-import ended with ${String(code)}`);
  return { directory, applications, files: applications.length * filesEach, commits };
}

function nameOf(index: number): string {
  return `app-${String(index).padStart(3, '0')}`;
}

type File = readonly [path: string, text: string];

function commit(number: number, files: readonly File[]): string {
  const time = 1_700_000_000 + number * 600;
  const message = `Change ${number}`;
  const lines = [
    'commit refs/heads/main',
    `committer Bench <bench@example.test> ${time} +0000`,
    `data ${message.length}`,
    message,
    ...files.flatMap(([path, text]) => [`M 100644 inline ${path}`, `data ${Buffer.byteLength(text)}`, text]),
    '',
  ];
  return lines.join('\n');
}

function firstFiles(app: string): readonly File[] {
  const maps = Array.from({ length: settings }, (_, index) => `settings-${index}.yaml`);
  return [
    [
      `apps/${app}/base/kustomization.yaml`,
      `resources:\n${['web.yaml', 'service.yaml', ...maps].map((file) => `- ${file}\n`).join('')}`,
    ],
    [`apps/${app}/base/web.yaml`, deployment(app)],
    [`apps/${app}/base/service.yaml`, service(app)],
    ...maps.map((file): File => [`apps/${app}/base/${file}`, configMap(app, file.replace('.yaml', ''))]),
    [`apps/${app}/prod/kustomization.yaml`, overlay(app, 1)],
  ];
}

function overlay(app: string, number: number): string {
  return `# The production overlay of ${app}.
namespace: ${app}
resources:
- ../base

images:
- name: example.test/${app}   # released by the pipeline
  newTag: "1.${number}"
replicas:
- name: ${app}
  count: 3
`;
}

function deployment(app: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${app}
  labels: {app: ${app}}
spec:
  replicas: 1
  selector:
    matchLabels: {app: ${app}}
  template:
    metadata:
      labels: {app: ${app}}
    spec:
      containers:
      - name: main
        image: example.test/${app}
        ports: [{containerPort: 8080, name: http}]
        env:
        - name: LOG_LEVEL
          value: info   # debug floods the disks
        resources:
          limits: {cpu: 500m, memory: 256Mi}
`;
}

function service(app: string): string {
  return `apiVersion: v1\nkind: Service\nmetadata: {name: ${app}}\nspec:\n  selector: {app: ${app}}\n  ports: [{port: 80, targetPort: http}]\n`;
}

function configMap(app: string, name: string): string {
  const lines = Array.from({ length: 40 }, (_, index) => `    key-${index} = value ${index} of ${name}`);
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${app}-${name}}\ndata:\n  app.properties: |\n${lines.join('\n')}\n`;
}
