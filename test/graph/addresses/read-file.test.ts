import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFile } from '../../../src/graph/addresses/read-file.ts';

function read(name: string, text: string): string[] {
  return readFile(name, text, null).map(({ key, value }) => `${key}=${value}`);
}

/** Generated cases need longer than a hand-written one on a busy machine. */
const slow = 120_000;

describe('the settings in a file', () => {
  test('YAML keys become paths, lists and block maps alike', () => {
    const text =
      'redis:\n  host: cache\n  port: 6379\nhosts:\n- http://a:80\n- b:81\n# http://comment\nurl: http://c # http://d\n';
    expect(read('app.yaml', text)).toEqual([
      'redis.host=cache',
      'redis.port=6379',
      'hosts=http://a:80',
      'hosts=b:81',
      'url=http://c',
    ]);
  });

  test('Envoy clusters give address and port, in block and in flow style', () => {
    const block = 'address:\n  socket_address:\n    address: cart\n    port_value: 8080\n';
    expect(read('envoy.yaml', block)).toEqual([
      'address.socket_address.address=cart',
      'address.socket_address.port_value=8080',
    ]);
    expect(read('envoy.yaml', 'a: { socket_address: { address: cart, port_value: 8080 } }')).toEqual([
      'a.socket_address.address=cart',
      'a.socket_address.port_value=8080',
    ]);
  });

  test.each([
    ['behind a tag', '<c><!-- http://ledger:8080 --><endpoint url="http://pay"/></c>'],
    ['over several lines', '<c>\n<!-- old:\n http://ledger:8080\n-->\n<endpoint url="http://pay"/>\n</c>'],
    ['that is never closed', '<endpoint url="http://pay"/>\n<!-- http://ledger:8080\n<x url="http://ledger"/>'],
  ])('a comment of XML %s says nothing', (_where, text) => {
    const settings = read('web.config', text).join('\n');
    expect(settings).toContain('http://pay');
    expect(settings).not.toContain('ledger');
  });

  test('properties, INI and TOML keep their section', () => {
    expect(read('a.properties', 'db.url=jdbc:mysql://db/x\ndb.user = u\n')).toEqual([
      'db.url=jdbc:mysql://db/x',
      'db.user=u',
    ]);
    expect(read('a.toml', '[redis]\nhost = "cache"\n')).toEqual(['redis.host=cache']);
  });

  test('nginx passes count, its own upstream names do not', () => {
    const text =
      'upstream carts {\n  server cart:8080 weight=2;\n}\nserver {\n  server_name cart;\n  location / {\n    proxy_pass http://carts/;\n  }\n  location /u {\n    proxy_pass http://user:8080/;\n  }\n}\n';
    const settings = read('nginx.conf', text);
    expect(settings).toContain('=cart:8080 weight=2');
    expect(settings).toContain('proxy_pass=http://user:8080/');
    expect(settings.some((line) => line.includes('//carts'))).toBe(false);
  });

  test('JSON is read by its structure', () => {
    expect(read('x', '{"cart":{"url":"http://cart","ports":[1,2]},"off":null}')).toEqual([
      'cart.url=http://cart',
      'cart.ports[0]=1',
      'cart.ports[1]=2',
    ]);
  });

  test.each(['README.md', 'index.html', 'schema.sql', 'ca.crt'])('%s is prose or data, not configuration', (name) => {
    expect(read(name, 'http://cart:8080')).toEqual([]);
  });

  test('a key named __proto__ is a key like any other', () => {
    expect(read('x.json', '{"__proto__":{"host":"cart"}}')).toEqual(['__proto__.host=cart']);
  });

  test.each([
    ['a megabyte in one line', 'x'.repeat(1_000_000)],
    ['colons', ': '.repeat(500_000)],
    ['deep nesting', Array.from({ length: 3_000 }, (_, at) => `${' '.repeat(at)}k:`).join('\n')],
    ['list marks', '- '.repeat(500_000)],
    ['braces', `a: ${'{'.repeat(500_000)}`],
    ['an alias bomb', `a: &a [x,x]\n${Array.from({ length: 5_000 }, (_, at) => `b${at}: &b${at} [*a,*a]`).join('\n')}`],
    ['deep JSON', `${'['.repeat(4_000)}${']'.repeat(4_000)}`],
    ['spaces', ' '.repeat(1_000_000)],
    ['keys of spaces', `a${' '.repeat(500_000)}b: c`],
  ])('%s ends and stays bounded', (_name, text) => {
    expect(readFile('x.conf', text, null).length).toBeLessThanOrEqual(60_000);
  });

  test(
    'no text makes it throw',
    () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => void readFile('a.yaml', text, null)),
      );
      const yamlish = fc.array(
        fc.constantFrom('a:', ' ', '\n', '- ', '{', '}', ',', 'b: c', '[x]', '"', '#', '|', '=', 'http://x'),
        { maxLength: 60 },
      );
      fc.assert(fc.property(yamlish, (parts) => void readFile('a.yaml', parts.join(''), null)));
    },
    slow,
  );
});
