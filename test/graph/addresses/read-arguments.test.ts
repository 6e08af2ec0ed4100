import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandOwn, expandVariables } from '../../../src/graph/addresses/expand-variables.ts';
import { readArguments } from '../../../src/graph/addresses/read-arguments.ts';

function read(...args: string[]): string[] {
  return readArguments(args, 'args', null).map(({ key, value }) => `${key}=${value}`);
}

/** Generated cases need longer than a hand-written one on a busy machine. */
const slow = 120_000;

describe('the settings in a command line', () => {
  test.each<[string, string[], string]>([
    ['--key=value', ['--redis-addr=cache:6379'], 'redis-addr=cache:6379'],
    ['--key value', ['--host', 'http://web'], 'host=http://web'],
    ['-key value', ['-DSN', 'u:p@tcp(db:3306)/x'], 'DSN=u:p@tcp(db:3306)/x'],
    ['-Dkey=value', ['-Dspring.redis.host=cache'], 'spring.redis.host=cache'],
    ['nc', ['sh', '-c', 'until nc -z -v -w 30 kafka 9092; do sleep 2; done'], 'host=kafka:9092'],
    ['nc with a time limit', ['sh', '-c', 'timeout 60 nc -zw1 db 5432'], 'host=db:5432'],
    [
      'nslookup',
      ['sh', '-c', 'until nslookup db.shop.svc.cluster.local; do sleep 1; done'],
      'host=db.shop.svc.cluster.local',
    ],
    ['pg_isready', ['sh', '-c', 'pg_isready -h pg -p 5432'], 'host=pg'],
    ['a bash device', ['bash', '-c', 'until </dev/tcp/db/5432; do sleep 1; done'], 'host=db:5432'],
    ['wget', ['sh', '-c', 'wget -qO- "http://web:80/healthz"'], 'qO-=http://web:80/healthz'],
  ])('%s', (_name, args, expected) => {
    expect(read(...args)).toContain(expected);
  });

  test('a commented line of a script says nothing', () => {
    expect(read('sh', '-c', '# nc -z kafka 9092\necho ok').join(' ')).not.toContain('kafka');
  });

  test(
    'no words make it throw',
    () => {
      fc.assert(
        fc.property(
          fc.array(fc.string({ unit: 'binary', maxLength: 80 })),
          (words) => void readArguments(words, '', null),
        ),
      );
    },
    slow,
  );
});

describe('variables in values', () => {
  const values = new Map([
    ['HOST', 'cart'],
    ['PORT', '80'],
  ]);
  test.each([
    ['http://$(HOST):$(PORT)/', 'http://cart:80/'],
    ['${HOST}:${PORT}', 'cart:80'],
    ['${env:HOST}', 'cart'],
    ['${HOST:other}', 'cart'],
    ['${MISSING:-other}', 'other'],
    ['$HOST', 'cart'],
    ['$(MISSING)', '$(MISSING)'],
    ['http://$(CART_API_SERVICE_HOST)', 'http://cart-api'],
  ])('%s becomes %s', (text, expected) => {
    expect(expandVariables(text, values)).toBe(expected);
  });

  test('Kubernetes expands only its own form, and two dollars are one', () => {
    expect(expandOwn('$(HOST):${PORT} $$(HOST)', values)).toBe('cart:${PORT} $(HOST)');
  });

  test('what a value holds is not expanded again, however often it names itself', () => {
    const bomb = new Map([['A', '$(A)'.repeat(10)]]);
    expect(expandVariables('$(A)'.repeat(1_000), bomb)).toHaveLength(40_000);
  });

  test('a megabyte of dollars ends', () => {
    expect(expandVariables('${'.repeat(500_000), values)).toHaveLength(1_000_000);
  });
});
