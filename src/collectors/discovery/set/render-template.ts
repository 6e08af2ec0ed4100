import {
  arrayAt,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  valueAt,
} from '../../../resource/json.ts';
import { evaluateGoTemplate } from './go-template.ts';
import { TemplateProblem } from './template-problem.ts';

/** How the templates of an ApplicationSet are written. */
export interface TemplateStyle {
  readonly go: boolean;
  readonly strict: boolean;
}

export function styleOf(spec: JsonObject): TemplateStyle {
  return {
    go: valueAt(spec, 'goTemplate') === true,
    strict: arrayAt(spec, 'goTemplateOptions').includes('missingkey=error'),
  };
}

/** Every text of a value, the names of members included, with its parameters filled in. Throws TemplateProblem. */
export function fillIn(value: JsonValue, params: JsonObject, style: TemplateStyle): JsonValue {
  if (typeof value === 'string') return fillText(value, params, style);
  if (isJsonArray(value)) return value.map((item) => fillIn(item, params, style));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [fillText(key, params, style), fillIn(member, params, style)]),
  );
}

export function fillObject(value: JsonObject, params: JsonObject, style: TemplateStyle): JsonObject {
  const filled = fillIn(value, params, style);
  if (!isJsonObject(filled)) throw new TemplateProblem('the result is no object');
  return filled;
}

export function fillText(text: string, params: JsonObject, style: TemplateStyle): string {
  if (style.go) return evaluateGoTemplate(text, params, style);
  // The simple style leaves what it does not know as it stands.
  return text.replaceAll(/\{\{([^{}]*)\}\}/g, (whole, name: string) => {
    const held = Object.hasOwn(params, name.trim()) ? params[name.trim()] : undefined;
    return typeof held === 'string' ? held : whole;
  });
}
