import {
  emptyNames,
  type FolderRule,
  folderRules,
  longFiles,
  maximumLines,
  wiringRules,
} from './architecture-rules.ts';
import type { ImportOf, SourceFile } from './architecture-scan.ts';

/** Every breach of the rules by one file, each a sentence. */
export function breachesOf(file: SourceFile): readonly string[] {
  return [...wallBreaches(file), ...impurities(file), ...formBreaches(file)];
}

/** The folder below `src/` a file belongs to: `incidents/hooks` before `incidents`, `app` for `app-*.ts`, undefined: unknown. */
export function folderOf(path: string): string | undefined {
  if (path === 'main.ts') return 'main';
  if (/^app(-[a-z0-9-]+)?\.ts$/.test(path)) return 'app';
  const fitting = folderRules.filter((rule) => path.startsWith(`${rule.folder}/`));
  return fitting.toSorted((a, b) => b.folder.length - a.folder.length)[0]?.folder;
}

function wallBreaches(file: SourceFile): readonly string[] {
  const folder = folderOf(file.path);
  if (folder === undefined) return [`src/${file.path} is in no folder that test/architecture-rules.ts knows`];
  return file.imports.flatMap((each) => {
    const because = whyForbidden(folder, each);
    return because === undefined ? [] : [`src/${file.path} imports ${nameOf(each)}: ${because}`];
  });
}

function nameOf({ target, specifier, typeOnly }: ImportOf): string {
  return `${typeOnly ? 'a type of ' : ''}${target === undefined ? specifier : `src/${target}`}`;
}

function whyForbidden(folder: string, each: ImportOf): string | undefined {
  if (folder === 'app' || folder === 'main') return whyForbiddenInWiring(folder, each);
  const rule = folderRules.find((candidate) => candidate.folder === folder);
  if (rule === undefined) return 'no rule is known';
  if (each.target === undefined) return whyPackageForbidden(rule, each.specifier);
  const target = folderOf(each.target);
  if (target === folder || (target !== undefined && rule.mayImport.includes(target))) return undefined;
  if (target !== undefined && (rule.mayImportTypes ?? []).includes(target)) {
    return each.typeOnly ? undefined : `only types of ${target} may be imported there; ${rule.because}`;
  }
  return rule.because;
}

function whyForbiddenInWiring(folder: 'app' | 'main', each: ImportOf): string | undefined {
  const target = each.target === undefined ? undefined : folderOf(each.target);
  if (target === undefined) return undefined;
  if (folder === 'app') {
    return wiringRules.app.mayNotImport.some((name) => name === target) ? wiringRules.app.because : undefined;
  }
  return wiringRules.main.mayImport.some((name) => name === target) ? undefined : wiringRules.main.because;
}

function whyPackageForbidden(rule: FolderRule, specifier: string): string | undefined {
  if (specifier.startsWith('node:') || rule.packages === undefined) return undefined;
  return rule.packages.includes(specifier) ? undefined : `no package but ${listOf(rule.packages)} may be used there`;
}

function listOf(packages: readonly string[]): string {
  return packages.length === 0 ? 'none' : packages.join(', ');
}

function impurities(file: SourceFile): readonly string[] {
  const rule = folderRules.find((candidate) => candidate.folder === folderOf(file.path));
  if (rule?.pure !== true || rule.effects?.includes(file.path) === true) return [];
  const builtins = file.imports.filter((each) => each.specifier.startsWith('node:')).map((each) => each.specifier);
  return [...builtins, ...file.impurities].map(
    (what) => `src/${file.path} uses ${what}: ${rule.folder} is pure, it takes values and returns values`,
  );
}

function formBreaches(file: SourceFile): readonly string[] {
  const found: string[] = [];
  const path = `src/${file.path}`;
  const base = file.path.split('/').at(-1) ?? '';
  if (!file.path.split('/').every((part) => /^[a-z0-9]+(-[a-z0-9]+)*(\.ts)?$/.test(part))) {
    found.push(`${path} is not named in kebab-case`);
  }
  if (emptyNames.includes(base.replace(/\.ts$/, ''))) found.push(`${path} has a name that says nothing`);
  if (file.exportsEverything) found.push(`${path} has "export *": name what is exported`);
  if (file.lines > maximumLines && longFiles[path] === undefined) {
    found.push(
      `${path} has ${file.lines} lines, more than ${maximumLines}, and no reason in test/architecture-rules.ts`,
    );
  }
  return found;
}
