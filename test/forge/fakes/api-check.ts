import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import {
  arrayAt,
  isJsonArray,
  isJsonObject,
  type JsonValue,
  objectAt,
  parseJson,
  stringAt,
  valueAt,
} from '../../../src/resource/json.ts';
import { sampleOf } from './sample-of.ts';

export interface SeenRequest {
  readonly method: string;
  /** Below the base of the API, with a slash in front and without a query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: JsonValue | undefined;
}

/** A published description of an API, as far as the adapters use it. What it does not describe is a violation. */
export interface ApiCheck {
  /** `POST /repos/{owner}/{repo}/pulls`; undefined when there is no such call. */
  operationOf(request: SeenRequest): string | undefined;
  /** Sentences about what is wrong with a request: query, body, and members that the description does not know. */
  request(operation: string, request: SeenRequest): readonly string[];
  /** The same for an answer. */
  answer(operation: string, status: number, body: JsonValue): readonly string[];
  /** An answer with every member that has to be there, and these values in it. */
  fill(operation: string, status: number, values: JsonValue): JsonValue;
}

/** `file` is one of `test/forge/apis/`, which `tools/forge-apis.ts` makes. */
export function loadApi(file: string): ApiCheck {
  const api = parseJson(readFileSync(new URL(`../apis/${file}`, import.meta.url), 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  for (const name of ['int64', 'int32', 'repo.nwo', 'double', 'float']) ajv.addFormat(name, true);
  ajv.addSchema({ $id: 'api', schemas: valueAt(api, 'schemas') });
  const compiled = new Map<string, ValidateFunction>();
  const validate = (pointer: string, value: unknown): readonly string[] => {
    const check = compiled.get(pointer) ?? ajv.compile(absolute(at(api, pointer)));
    compiled.set(pointer, check);
    if (check(value)) return [];
    return (check.errors ?? []).slice(0, 8).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  };
  const operations = Object.keys(objectAt(api, 'operations') ?? {});
  const patterns = operations.map((operation) => [operation, patternOf(operation)] as const);
  return {
    operationOf: ({ method, path }) => patterns.find(([, pattern]) => pattern.test(`${method} ${path}`))?.[0],
    request(operation, { query, body }) {
      const parameters = arrayAt(api, 'operations', operation, 'parameters');
      const wrong = [...query].flatMap(([name, text]) => {
        const index = parameters.findIndex(
          (each) => stringAt(each, 'name') === name && stringAt(each, 'in') === 'query',
        );
        if (index === -1) return [`the query has an unknown ${name}`];
        const pointer = `operations|${operation}|parameters|${index}|schema`;
        const value = stringAt(at(api, pointer), 'type') === 'integer' ? Number(text) : text;
        return validate(pointer, value).map((each) => `query ${name}${each}`);
      });
      const schema = valueAt(api, 'operations', operation, 'request');
      if (body === undefined || schema === null)
        return body === undefined ? wrong : [...wrong, 'a body is not expected'];
      const unknown = unknownMembers(body, schema);
      return [...wrong, ...unknown, ...validate(`operations|${operation}|request`, body)];
    },
    answer(operation, status, body) {
      const schema = valueAt(api, 'operations', operation, 'responses', String(status));
      if (schema === undefined) return status >= 400 ? [] : [`${status} is not described`];
      return schema === null ? [] : validate(`operations|${operation}|responses|${status}`, body);
    },
    fill(operation, status, values) {
      const schema = valueAt(api, 'operations', operation, 'responses', String(status)) ?? null;
      return sampleOf(schema, valueAt(api, 'schemas') ?? null, values);
    },
  };
}

function at(api: JsonValue, pointer: string): JsonValue {
  let here: JsonValue | undefined = api;
  for (const key of pointer.split('|')) here = isJsonArray(here) ? here[Number(key)] : valueAt(here, key);
  return here ?? null;
}

function absolute(schema: JsonValue): object {
  const text = JSON.stringify(schema).replaceAll('"#/schemas/', '"api#/schemas/');
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? value : {};
}

function patternOf(operation: string): RegExp {
  const escaped = operation.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
}

/** JSON Schema lets unknown members pass, but what is misspelled would do nothing. */
function unknownMembers(body: JsonValue, schema: JsonValue | undefined): readonly string[] {
  const known = objectAt(schema, 'properties');
  if (known === undefined || !isJsonObject(body)) return [];
  return Object.keys(body).flatMap((name) => (name in known ? [] : [`the body has an unknown ${name}`]));
}
