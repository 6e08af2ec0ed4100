import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonObject, type JsonValue } from '../src/resource/json.ts';

/**
 * Writes src/drift/schema/builtin-types.ts from a folder of `/openapi/v3` documents of a real API server
 * (`npm run plane`, then `kubectl get --raw /openapi/v3/apis/apps/v1 > apps_v1.json` for each group-version).
 * usage: node tools/generate-builtin-types.ts FOLDER VERSION
 */
const kept = new Set([
  'type',
  'format',
  '$ref',
  'items',
  'properties',
  'additionalProperties',
  'allOf',
  'required',
  'enum',
  'default',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-preserve-unknown-fields',
]);

function pare(schema: JsonValue, insideProperties: boolean): JsonValue {
  if (Array.isArray(schema)) return schema.map((item: JsonValue) => pare(item, false));
  if (!isJsonObject(schema)) return schema;
  const out: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (insideProperties) {
      out[key] = pare(value, false);
    } else if (key === 'allOf' && Array.isArray(value) && value.length === 1 && isJsonObject(value[0])) {
      const ref = value[0]['$ref'];
      if (typeof ref === 'string') out['$ref'] = shortRef(ref);
    } else if (key === '$ref' && typeof value === 'string') {
      out[key] = shortRef(value);
    } else if (key === 'x-kubernetes-group-version-kind') {
      out[key] = value;
    } else if (kept.has(key) && !isEmptyDefault(key, value)) {
      out[key] = pare(value, key === 'properties');
    }
  }
  return out;
}

function isEmptyDefault(key: string, value: JsonValue): boolean {
  return key === 'default' && (value === '' || value === 0 || value === false || JSON.stringify(value) === '{}');
}

function shortRef(ref: string): string {
  return ref
    .slice(ref.lastIndexOf('/') + 1)
    .split('.')
    .slice(-3)
    .join('.');
}

function readTypes(folder: string): Record<string, JsonObject> {
  const types: Record<string, JsonObject> = {};
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()) {
    const document: JsonObject = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const components = document['components'];
    const schemas = isJsonObject(components) ? components['schemas'] : undefined;
    if (!isJsonObject(schemas)) continue;
    for (const [name, schema] of Object.entries(schemas)) {
      const short = name.split('.').slice(-3).join('.');
      if (short.endsWith('List') && isJsonObject(schema) && 'x-kubernetes-group-version-kind' in schema) continue;
      const pared = pare(schema, false);
      if (isJsonObject(pared)) types[short] = pared;
    }
  }
  return types;
}

const [folder, version] = process.argv.slice(2);
if (folder === undefined || version === undefined) throw new Error('usage: generate-builtin-types.ts FOLDER VERSION');
const text = JSON.stringify({ version, types: readTypes(folder) });
writeFileSync(
  'src/drift/schema/builtin-types.ts',
  `/** Types of Kubernetes ${version} as its API server describes them; made by tools/generate-builtin-types.ts, do not edit. */\n` +
    `export const builtinTypes: string =\n  '${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}';\n`,
);
console.log(`${text.length} bytes`);
