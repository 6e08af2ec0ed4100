import { matchesGlob } from '../glob.ts';

/** What the controller of Flux leaves out of every artifact. */
const alwaysIgnored = [
  '.git/',
  '.gitignore',
  '.gitmodules',
  '.gitattributes',
  '*.jpg',
  '*.jpeg',
  '*.gif',
  '*.png',
  '*.wmv',
  '*.flv',
  '*.tar.gz',
  '*.zip',
  '.github/',
  '.circleci/',
  '.travis.yml',
  '.gitlab-ci.yml',
  'appveyor.yml',
  '.drone.yml',
  'cloudbuild.yaml',
  'codeship-services.yml',
  'codeship-steps.yml',
  '**/.goreleaser.yml',
  '**/.sops.yaml',
  '**/.flux.yaml',
];

interface Rule {
  readonly keeps: boolean;
  readonly onlyFolders: boolean;
  readonly pattern: string;
}

/**
 * Whether Flux leaves a path out: `spec.ignore` of the source when there is one, else its own list and the text of `.sourceignore`, in
 * the patterns of `.gitignore`. The last pattern that fits a path or a folder above it decides.
 */
export function ignoresPath(spec: string | null, sourceIgnore: string | null): (path: string) => boolean {
  const lines =
    spec === null
      ? [...alwaysIgnored, ...(sourceIgnore ?? '').split('\n')]
      : [...alwaysIgnored.slice(0, 4), ...spec.split('\n')];
  const rules = lines.map(readRule).filter((rule) => rule !== undefined);
  return (path) => {
    const parts = path.split('/');
    for (let end = 1; end <= parts.length; end += 1) {
      const rule = rules.findLast((each) => fits(each, parts.slice(0, end).join('/'), end < parts.length));
      // What lies in a folder that is left out cannot be brought back.
      if (rule !== undefined && !rule.keeps) return true;
    }
    return false;
  };
}

function readRule(line: string): Rule | undefined {
  const text = line.replace(/\r$/, '').replace(/(?<!\\)\s+$/, '');
  if (text === '' || text.startsWith('#')) return undefined;
  const keeps = text.startsWith('!');
  const bare = (keeps ? text.slice(1) : text).replace(/^\\(?=[#!])/, '');
  const onlyFolders = bare.endsWith('/');
  const path = onlyFolders ? bare.slice(0, -1) : bare;
  // A pattern without a slash fits at any depth.
  const anchored = path.replace(/^\//, '');
  const pattern = path.includes('/') ? anchored : `**/${anchored}`;
  return { keeps, onlyFolders, pattern };
}

function fits({ onlyFolders, pattern }: Rule, path: string, isFolder: boolean): boolean {
  return (!onlyFolders || isFolder) && matchesGlob(pattern, path, { separator: '/' });
}
