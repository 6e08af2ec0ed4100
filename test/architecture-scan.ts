import { transform } from 'esbuild';
import { posix } from 'node:path';

/** One import or re-export of a source file. */
export interface ImportOf {
  /** As written: a relative path, `node:x` or a package name. */
  readonly specifier: string;
  /** For relative imports the file below `src/`, such as `drift/drift-report.ts`. */
  readonly target: string | undefined;
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** Path below `src/`. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly ImportOf[];
  readonly exportsEverything: boolean;
  /** What it takes from the process, the clock and chance, such as `Date.now`. */
  readonly impurities: readonly string[];
}

const statement = /^\s*(?:import|export)\s+(type\s+)?([^;'"()=]*?)\s*from\s*['"]([^'"]+)['"]/gm;
const bareImport = /^\s*import\s*['"]([^'"]+)['"]/gm;
const dynamicImport = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** Globals whose value differs from one call to the next, with the marker that esbuild puts in their place. */
const impureGlobals: Readonly<Record<string, string>> = {
  process: 'impure_process',
  'globalThis.process': 'impure_process',
  'Date.now': 'impure_Date_now',
  'Math.random': 'impure_Math_random',
  'performance.now': 'impure_performance_now',
  'crypto.randomUUID': 'impure_crypto_randomUUID',
  'crypto.getRandomValues': 'impure_crypto_getRandomValues',
};

/** Reads what the rules need from the text of one file. */
export async function scanSource(path: string, text: string): Promise<SourceFile> {
  return {
    path,
    lines: text.trimEnd().split('\n').length,
    imports: findImports(path, text),
    exportsEverything: /^\s*export\s*\*/m.test(text),
    impurities: await findImpurities(text),
  };
}

function findImports(path: string, text: string): readonly ImportOf[] {
  const found: ImportOf[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
    // The project's own version lies outside src/ and is data, not code.
    if (target === '../package.json') return;
    found.push({ specifier, target, typeOnly });
  };
  for (const [, type, names = '', specifier = ''] of text.matchAll(statement)) {
    add(specifier, type !== undefined || allNamesAreTypes(names));
  }
  for (const [, specifier = ''] of text.matchAll(bareImport)) add(specifier, false);
  for (const [, specifier = ''] of text.matchAll(dynamicImport)) add(specifier, false);
  return found;
}

function allNamesAreTypes(clause: string): boolean {
  const names = /^\{([^}]*)\}$/.exec(clause.trim())?.[1]?.split(',') ?? [];
  const given = names.map((name) => name.trim()).filter((name) => name !== '');
  return given.length > 0 && given.every((name) => name.startsWith('type '));
}

/** esbuild drops comments and types and replaces only real references to globals, never a property or a word in a text. */
async function findImpurities(text: string): Promise<readonly string[]> {
  const { code } = await transform(text, { loader: 'ts', format: 'esm', define: impureGlobals, legalComments: 'none' });
  const found = new Set<string>();
  for (const [name, marker] of Object.entries(impureGlobals)) if (code.includes(marker)) found.add(name);
  if (found.has('globalThis.process')) found.delete('globalThis.process');
  if (/\bnew Date\(\)/.test(code)) found.add('new Date()');
  return [...found];
}

/** A cycle of imports, types included, as a list of files that ends where it began; undefined when there is none. */
export function findCycle(files: readonly SourceFile[]): readonly string[] | undefined {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): readonly string[] | undefined => {
    if (done.has(path)) return undefined;
    const start = trail.indexOf(path);
    if (start >= 0) return [...trail.slice(start), path];
    trail.push(path);
    for (const { target } of byPath.get(path)?.imports ?? []) {
      const cycle = target === undefined ? undefined : visit(target);
      if (cycle !== undefined) return cycle;
    }
    trail.pop();
    done.add(path);
    return undefined;
  };
  for (const file of files) {
    const cycle = visit(file.path);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
