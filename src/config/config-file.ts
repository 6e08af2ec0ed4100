import { readFile, stat } from 'node:fs/promises';
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { AppError } from '../errors/app-error.ts';
import type { ConfigProblem } from './config-problem.ts';

/** A configuration file as parsed, with the place of every key. */
export interface ConfigFile {
  readonly tree: unknown;
  readonly problems: readonly ConfigProblem[];
  /** The line (from 1) of a key, or of the nearest parent that is written; null when none is. */
  lineOf(path: readonly PropertyKey[]): number | null;
}

const sizeLimit = 1_000_000;

/** Reads a `mooring.yaml`. Throws AppError when the file cannot be read; what is wrong with its YAML is a problem. */
export async function readConfigFile(file: string): Promise<ConfigFile> {
  const text = await readText(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const problems = document.errors.map((error): ConfigProblem => {
    const { line, col } = lines.linePos(error.pos[0]);
    return {
      path: `column ${col}`,
      line,
      value: null,
      reason: `it is no valid YAML (${error.message.split('\n')[0] ?? error.code})`,
      remedy: 'Correct the YAML',
    };
  });
  const lineOf = (path: readonly PropertyKey[]) => lineIn(document, lines, path);
  if (problems.length > 0) return { tree: {}, problems, lineOf };
  const tree = toTree(document);
  return tree === undefined ? { tree: {}, problems: [tooManyAliases], lineOf } : { tree, problems: [], lineOf };
}

const tooManyAliases: ConfigProblem = {
  path: 'the configuration',
  line: null,
  value: null,
  reason: 'its aliases multiply beyond all bounds',
  remedy: 'Write values out instead of using aliases',
};

/** Undefined for an alias bomb, which the parser refuses by throwing; an empty file is an empty configuration. */
function toTree(document: Document): unknown {
  try {
    const tree: unknown = document.toJS({ maxAliasCount: 50 });
    return tree ?? {};
  } catch {
    return undefined;
  }
}

function lineIn(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    const node: unknown = pair?.key ?? document.getIn(path.slice(0, length), true);
    const offset = offsetOf(node);
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return null;
}

function offsetOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const [start]: readonly unknown[] = node.range;
  return typeof start === 'number' ? start : undefined;
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size <= sizeLimit) return await readFile(file, 'utf8');
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new AppError({
      code: missing ? 'source-not-found' : 'source-unreadable',
      what: `cannot read the configuration ${file}`,
      why: missing ? 'the file does not exist' : cause instanceof Error ? cause.message : String(cause),
      remedy: 'Give the path of a mooring.yaml with --config',
      cause,
    });
  }
  throw new AppError({
    code: 'source-unreadable',
    what: `cannot read the configuration ${file}`,
    why: 'it is larger than 1 MB',
    remedy: 'Give the path of a mooring.yaml with --config',
  });
}
