import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const entry = join(root, 'src', 'main.ts');
const output = join(root, 'dist', 'mooring.mjs');

/** CommonJS packages inside the ES module ask for these three, which only CommonJS has. */
const banner = [
  "import { createRequire as mooringCreateRequire } from 'node:module';",
  'const require = mooringCreateRequire(import.meta.url);',
  'const __filename = import.meta.filename;',
  'const __dirname = import.meta.dirname;',
].join('\n');

/** Makes `dist/mooring.mjs`, the whole product in one file, unless it is newer than every source. */
export async function bundleWhenStale(onProgress: (line: string) => void): Promise<void> {
  if (!existsSync(entry)) {
    onProgress('no bundle: src/main.ts does not exist yet');
    return;
  }
  if (existsSync(output) && newestSource() <= statSync(output).mtimeMs) return;
  onProgress('bundling dist/mooring.mjs');
  await bundleProgram(entry, output);
}

/** One program and everything it imports in one ES module for Node, as the image runs it. */
export async function bundleProgram(from: string, to: string, minify = true): Promise<void> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [from],
    outfile: to,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify,
    legalComments: 'none',
    banner: { js: banner },
    logLevel: 'warning',
  });
  mkdirSync(dirname(to), { recursive: true });
  for (const { text } of outputFiles) writeFileSync(to, asciiOnly(text));
}

/** One character beyond Latin-1, which regular expressions keep as it is, would make V8 hold all of the source at twice its size. */
function asciiOnly(program: string): string {
  return program.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function newestSource(): number {
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
  const others = ['package-lock.json', 'tools/bundle.ts'].map((name) => join(root, name));
  return Math.max(...[...sources, ...others].map((file) => statSync(file).mtimeMs));
}

if (import.meta.main) {
  await bundleWhenStale((line) => console.error(line));
}
