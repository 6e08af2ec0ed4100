import {
  arrayAt,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  stringAt,
  valueAt,
} from '../../../resource/json.ts';
import { readValue } from '../argo/argo-installation.ts';
import type { GitQuestion } from '../discovered-source.ts';
import { matchesGlob } from '../glob.ts';
import { isRange } from '../semver-range.ts';
import { flattenParams } from './flatten-params.ts';
import type { GeneratorInput } from './generator-input.ts';
import { fillText, type TemplateStyle } from './render-template.ts';
import { normaliseName } from './template-functions.ts';
import { TemplateProblem } from './template-problem.ts';

/** Parameters from the folders or the files of a repository; null while it has not been read. */
export function gitParams(settings: JsonObject, { style, answers, ask }: GeneratorInput): readonly JsonObject[] | null {
  const directories = arrayAt(settings, 'directories');
  const files = arrayAt(settings, 'files');
  if (directories.length === 0 && files.length === 0)
    throw new TemplateProblem('its git generator names neither directories nor files');
  const globs = directories.length > 0 ? null : files.map((entry) => stringAt(entry, 'path') ?? '');
  const question = questionOf(settings, globs);
  const answer = answers.get(question.key);
  if (answer === undefined) {
    ask(question);
    return null;
  }
  if (answer.kind === 'unreadable')
    throw new TemplateProblem(`the repository of its git generator cannot be read: ${answer.why}`);
  const made =
    answer.kind === 'directories'
      ? chosen(answer.paths, directories, (glob, path) => matchesGlob(glob, path, { separator: '/' })).map((path) =>
          pathParams(settings, path, null, style),
        )
      : chosen(
          answer.files.map(({ path }) => path),
          files,
          fitsFile,
        ).flatMap((path) =>
          fileParams(settings, { path, text: answer.files.find((file) => file.path === path)?.text ?? '' }, style),
        );
  return made.map((params) => withValues(settings, params, style));
}

function questionOf(settings: JsonObject, files: readonly string[] | null): GitQuestion {
  const url = stringAt(settings, 'repoURL') ?? '';
  const wanted = stringAt(settings, 'revision') ?? '';
  const revision = { name: wanted === '' || wanted === 'HEAD' ? null : wanted, range: isRange(wanted) ? wanted : null };
  return { key: JSON.stringify([url, wanted, files]), url, revision, files };
}

/** What some entry includes and none excludes. */
function chosen(
  paths: readonly string[],
  entries: readonly JsonValue[],
  fits: (glob: string, path: string) => boolean,
): readonly string[] {
  const fitting = (path: string, excluding: boolean): boolean =>
    entries.some(
      (entry) => (valueAt(entry, 'exclude') === true) === excluding && fits(stringAt(entry, 'path') ?? '', path),
    );
  return paths.filter((path) => fitting(path, false) && !fitting(path, true)).sort();
}

/** As `git ls-files` reads a pattern: `*` crosses folders, and a folder stands for everything in it. */
export function fitsFile(glob: string, path: string): boolean {
  return matchesGlob(glob, path, { separator: null }) || path.startsWith(`${glob.replace(/\/$/, '')}/`);
}

function pathParams(settings: JsonObject, path: string, filename: string | null, { go }: TemplateStyle): JsonObject {
  const prefix = stringAt(settings, 'pathParamPrefix') ?? '';
  const segments = path.split('/');
  const basename = segments.at(-1) ?? '';
  const names: JsonObject = {
    basename,
    basenameNormalized: normaliseName(basename),
    ...(filename === null ? {} : { filename, filenameNormalized: normaliseName(filename) }),
  };
  if (go) {
    const param = { path: { path, segments, ...names } };
    return prefix === '' ? param : { [prefix]: param };
  }
  const key = prefix === '' ? 'path' : `${prefix}.path`;
  const parts = segments.flatMap((segment, index) => (segment === '' ? [] : [[`${key}[${index}]`, segment] as const]));
  return {
    [key]: path,
    ...Object.fromEntries(Object.entries(names).map(([name, value]) => [`${key}.${name}`, value])),
    ...Object.fromEntries(parts),
  };
}

function fileParams(
  settings: JsonObject,
  { path, text }: { readonly path: string; readonly text: string },
  style: TemplateStyle,
): readonly JsonObject[] {
  const value = readValue(text);
  const objects = isJsonArray(value) ? value : [value === null || value === undefined ? {} : value];
  const slash = path.lastIndexOf('/');
  const own = pathParams(settings, slash < 0 ? '.' : path.slice(0, slash), path.slice(slash + 1), style);
  return objects.map((object) => {
    if (!isJsonObject(object)) throw new TemplateProblem(`${path}, a file of its git generator, holds no object`);
    return style.go ? { ...object, ...own } : { ...flattenParams(object), ...own };
  });
}

/** `values` of the generator may use its parameters. */
function withValues(settings: JsonObject, params: JsonObject, style: TemplateStyle): JsonObject {
  const values = Object.entries(objectAt(settings, 'values') ?? {}).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, fillText(value, params, style)] as const] : [],
  );
  if (values.length === 0) return params;
  if (style.go) return { ...params, values: Object.fromEntries(values) };
  return { ...params, ...Object.fromEntries(values.map(([key, value]) => [`values.${key}`, value])) };
}
