import { array, assert, jsonValue, property } from 'fast-check';
import { expect, test } from 'vitest';
import { formatJson, isJsonObject, parseJson } from '../../src/resource/json.ts';
import { SharedStrings } from '../../src/resource/shared-strings.ts';

test.for([true, false])('sharing changes no value (strings cut from a text: %s)', (areCut) => {
  assert(
    property(array(jsonValue()), (values) => {
      const shared = new SharedStrings({ areCut });
      for (const value of values) {
        const text = JSON.stringify({ value });
        const object = parseJson(text);
        if (isJsonObject(object)) shared.share(object);
        expect(formatJson(object)).toBe(formatJson(parseJson(text)));
      }
    }),
  );
});

test('a member called __proto__ stays a member', () => {
  const object = parseJson('{"__proto__": {"polluted": "yes"}, "constructor": "text", "list": ["text"]}');
  if (isJsonObject(object)) new SharedStrings({ areCut: true }).share(object);
  expect(JSON.stringify(object)).toBe('{"__proto__":{"polluted":"yes"},"constructor":"text","list":["text"]}');
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

test('half a surrogate pair stays what it is', () => {
  const object = { half: '\ud800-half', text: 'whole' };
  new SharedStrings({ areCut: true }).share(object);
  expect(object).toEqual({ half: '\ud800-half', text: 'whole' });
});
