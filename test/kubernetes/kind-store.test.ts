import { describe, expect, test } from 'vitest';
import type { LiveObject } from '../../src/kubernetes/list/live-object.ts';
import { provedWrong, stillSuspect, suspectsOf } from '../../src/kubernetes/watch/audit-kind.ts';
import { compareVersions } from '../../src/kubernetes/watch/compare-versions.ts';
import { KindStore } from '../../src/kubernetes/watch/kind-store.ts';

function object(name: string, version: string, uid = `uid-${name}`): LiveObject {
  const id = { group: '', kind: 'ConfigMap', namespace: 'n', name };
  return { key: `n/${name}`, uid, version, resource: { id, apiVersion: 'v1', body: {}, origin: null } };
}

function holding(...objects: LiveObject[]): KindStore {
  const store = new KindStore();
  store.replace(objects);
  return store;
}

describe('resource versions', () => {
  test.each([
    ['9', '10', -1],
    ['10', '9', 1],
    ['10', '10', 0],
    ['9007199254740993', '9007199254740992', 1],
    ['abc', '10', undefined],
    ['', '10', undefined],
  ])('%s compared with %s', (a, b, order) => {
    const compared = compareVersions(a, b);
    expect(compared === undefined ? undefined : Math.sign(compared)).toBe(order);
  });
});

describe('a list that replaces what is held', () => {
  test('names what came, went, changed and became another object, and nothing else', () => {
    const store = holding(object('same', '1'), object('gone', '2'), object('newer', '3'), object('other', '4', 'one'));
    const changed = store.replace([
      object('same', '1'),
      object('newer', '9'),
      object('other', '9', 'two'),
      object('came', '9'),
    ]);
    expect(changed.map(({ name }) => name).sort()).toEqual(['came', 'gone', 'newer', 'other']);
    expect([...store.keys()].sort()).toEqual(['n/came', 'n/newer', 'n/other', 'n/same']);
  });
});

describe('one event', () => {
  test.each<[string, LiveObject, string]>([
    ['a newer version', object('a', '6'), 'changed'],
    ['the same version', object('a', '5'), 'unchanged'],
    ['an older version', object('a', '4'), 'outdated'],
    ['another object of the name', object('a', '6', 'other'), 'recreated'],
    ['an earlier object of the name', object('a', '4', 'other'), 'outdated'],
    ['a name nobody held', object('b', '1'), 'changed'],
    ['a version that is no number', object('a', 'x'), 'changed'],
  ])('%s', (_what, event, applied) => {
    expect(holding(object('a', '5')).put(event)).toBe(applied);
  });

  test.each<[string, LiveObject, string, number]>([
    ['of the object held', object('a', '6'), 'changed', 0],
    ['of an earlier object of the name', object('a', '4', 'other'), 'outdated', 1],
    ['of what nobody held', object('b', '6'), 'unchanged', 1],
  ])('a deletion %s', (_what, event, applied, size) => {
    const store = holding(object('a', '5'));
    expect(store.remove(event)).toBe(applied);
    expect(store.size).toBe(size);
  });
});

describe('the audit', () => {
  const listed = [object('a', '5'), object('b', '6'), object('c', '7')];

  test.each<[string, LiveObject[], Record<string, string>]>([
    ['finds nothing in an equal cache', listed, {}],
    ['allows for what is newer than the list', [...listed.slice(0, 2), object('c', '9'), object('d', '10')], {}],
    ['finds what is missing', listed.slice(1), { 'n/a': 'missing' }],
    ['finds what is outdated', [object('a', '4'), ...listed.slice(1)], { 'n/a': 'outdated' }],
    ['finds another object', [object('a', '4', 'other'), ...listed.slice(1)], { 'n/a': 'outdated' }],
    ['finds what was deleted', [...listed, object('d', '3')], { 'n/d': 'too-many' }],
  ])('%s', (_what, held, suspects) => {
    const found = [...suspectsOf(listed, '8', holding(...held))].map(([key, { reason }]) => [key, reason]);
    expect(Object.fromEntries(found)).toEqual(suspects);
  });

  test.each<[string, LiveObject[], LiveObject[], readonly string[]]>([
    ['what is still missing of an object that stayed', [object('b', '6'), object('c', '7')], listed, ['n/a']],
    ['nothing when the event came after all', listed, listed, []],
    ['nothing when the object was deleted meanwhile', listed.slice(1), listed.slice(1), []],
    ['nothing when it was deleted and made again meanwhile', listed.slice(1), [object('a', '9', 'two')], []],
  ])('believes %s', (_what, heldLater, later, wrong) => {
    const suspects = suspectsOf(listed, '8', holding(object('b', '6'), object('c', '7')));
    expect(provedWrong(stillSuspect(suspects, holding(...heldLater)), later)).toEqual(wrong);
  });

  test.each<[string, LiveObject[], readonly string[]]>([
    ['the version of the list has come', [object('a', '5')], []],
    ['only a newer one is on its way', [object('a', '5')], []],
    ['the version of the list never came', [object('a', '4')], ['n/a']],
  ])('of an outdated object when %s', (_what, heldLater, wrong) => {
    const suspects = suspectsOf([object('a', '5')], '8', holding(object('a', '4')));
    expect(provedWrong(stillSuspect(suspects, holding(...heldLater)), [object('a', '9')])).toEqual(wrong);
  });

  test('of an object that is held too many until its deletion is heard', () => {
    const suspects = suspectsOf([], '8', holding(object('a', '4'), object('b', '5')));
    const held = holding(object('a', '4'), object('b', '9', 'two'));
    expect(provedWrong(stillSuspect(suspects, held), [])).toEqual(['n/a']);
  });
});
