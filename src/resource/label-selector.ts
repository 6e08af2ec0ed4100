import { arrayAt, isJsonObject, type JsonObject, type JsonValue, objectAt, stringAt } from './json.ts';

/** The text form of a label selector: `a=b,c!=d,e in (x,y),f notin (z),g,!h`. An empty one selects everything, a broken one nothing. */
export function matchesSelector(selector: string, labels: JsonObject): boolean {
  const parts = selector
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.every((part) => matchesPart(part, labels));
}

const requirement = /^(!)?\s*([^\s=!(),]+)\s*(?:(==|=|!=)\s*([^\s,()]*)|(in|notin)\s*\(([^()]*)\))?$/;

function matchesPart(part: string, labels: JsonObject): boolean {
  const match = requirement.exec(part);
  if (match === null) return false;
  const [, not, key = '', operator, value = '', membership, list = ''] = match;
  const held = labelOf(labels, key);
  if (membership !== undefined) {
    const isIn =
      held !== undefined &&
      list
        .split(',')
        .map((each) => each.trim())
        .includes(held);
    return membership === 'in' ? isIn : !isIn;
  }
  if (operator === undefined) return (held === undefined) === (not !== undefined);
  return operator === '!=' ? held !== value : held === value;
}

/** The object form, `matchLabels` and `matchExpressions`; absent: everything. */
export function matchesLabels(selector: JsonValue | undefined, labels: JsonObject): boolean {
  if (!isJsonObject(selector)) return true;
  const wanted = Object.entries(objectAt(selector, 'matchLabels') ?? {});
  return (
    wanted.every(([key, value]) => labelOf(labels, key) === value) &&
    arrayAt(selector, 'matchExpressions').every((expression) => matchesExpression(expression, labels))
  );
}

function matchesExpression(expression: JsonValue, labels: JsonObject): boolean {
  const held = labelOf(labels, stringAt(expression, 'key') ?? '');
  const isIn = held !== undefined && arrayAt(expression, 'values').includes(held);
  switch (stringAt(expression, 'operator')) {
    case 'In':
      return isIn;
    case 'NotIn':
      return !isIn;
    case 'Exists':
      return held !== undefined;
    case 'DoesNotExist':
      return held === undefined;
    default:
      return false;
  }
}

function labelOf(labels: JsonObject, key: string): string | undefined {
  const held = Object.hasOwn(labels, key) ? labels[key] : undefined;
  return typeof held === 'string' ? held : undefined;
}
