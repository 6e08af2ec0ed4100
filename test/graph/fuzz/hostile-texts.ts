import * as fc from 'fast-check';

/** A password that stands where passwords stand; it may appear in nothing that the graph says. */
export const canary = 'c4n4ry-Pa55word';

/** Characters that steer terminals, end lines, or turn text around. */
// oxlint-disable-next-line no-control-regex -- these are the very characters that must not pass
export const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

export const odd = fc.constantFrom(
  '\u001b[31m',
  '\u0000',
  '\u202e',
  '\u2028',
  '\r',
  '\u{1f6a2}',
  '\ud800',
  '__proto__',
  'constructor',
  '$(A)',
  '${A:-${B}}',
  '-->',
  '<!--',
  ']]>',
  '"',
  "'",
  '{'.repeat(60),
  '['.repeat(60),
  ':'.repeat(200),
  'a.'.repeat(150),
  '(a+)+$',
  'x'.repeat(3_000),
);
const host = fc.constantFrom(
  'db',
  'db.shop',
  'db.shop.svc.cluster.local',
  'cart',
  '10.0.0.7',
  '[::1]',
  'example.io',
  '',
);
const port = fc.constantFrom('5432', '80', '0', '65536', '99999999', '-1', 'http', '');
const scheme = fc.constantFrom(
  'http',
  'postgres',
  'redis',
  'mongodb+srv',
  'amqp',
  'jdbc:mysql',
  'kafka',
  's3',
  'x-y',
  '',
);
const user = fc.constantFrom('u', 'u%40x', '', 'a:b', 'u/v');
const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('DB_HOST', 'url', 'spring.datasource.url', 'addr', 'dsn', 'server', 'note') },
  { weight: 1, arbitrary: odd },
);

/** Addresses as programs write them, with a password in each form that has one. */
export const address: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(scheme, user, host, port).map(([s, u, h, p]) => `${s}://${u}:${canary}@${h}:${p}/x?password=${canary}`),
  fc.tuple(user, host, port).map(([u, h, p]) => `${u}:${canary}@tcp(${h}:${p})/shop`),
  fc.tuple(host, port).map(([h, p]) => `Host=${h};Port=${p};Username=u;Password=${canary}`),
  fc.tuple(host, port).map(([h, p]) => `host=${h} port=${p} user=u password='${canary}'`),
  fc.tuple(host, port).map(([h, p]) => `jdbc:oracle:thin:u/${canary}@//${h}:${p}/x`),
  fc.tuple(host, port).map(([h, p]) => `jdbc:sqlserver://${h}:${p};user=u;password=${canary};`),
  fc.tuple(host, port).map(([h, p]) => `mysql:host=${h};port=${p};password=${canary}`),
  fc.tuple(host, port, host).map(([h, p, other]) => `mongodb://u:${canary}@${h}:${p},${other}:${p}/x`),
  fc.tuple(host, port).map(([h, p]) => `${h}:${p}`),
);

/** A text with something odd put in, taken out or repeated at any place. */
function mutated(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(text, fc.array(fc.tuple(fc.nat(), fc.nat(8), odd), { maxLength: 3 })).map(([start, edits]) =>
    edits.reduce((now, [place, cut, put]) => {
      const at = now.length === 0 ? 0 : place % now.length;
      // What is cut or put into a password is another password, which nobody could look for.
      const hit = now.indexOf(canary, Math.max(0, at - canary.length - 8));
      if (hit >= 0 && hit < at + cut + 1) return now;
      return now.slice(0, at) + put + now.slice(at + cut);
    }, start),
  );
}

const value = mutated(fc.oneof({ weight: 4, arbitrary: address }, { weight: 1, arbitrary: odd }));

/** Lines of a shell, as an argument or a script. */
export const shellLine: fc.Arbitrary<string> = fc.oneof(
  value,
  fc.tuple(key, value).map(([k, v]) => `--${k}=${v}`),
  fc.tuple(host, port).map(([h, p]) => `until nc -z ${h} ${p}; do sleep 1; done # x`),
  fc.tuple(host, port).map(([h, p]) => `PGPASSWORD=${canary} psql -h ${h} -p ${p} -U u`),
  fc.tuple(host, port).map(([h, p]) => `mysql -p${canary} ${h}:${p}`),
  fc.tuple(host, port).map(([h, p]) => `redis-cli -a ${canary} -h ${h} -p ${p}`),
  fc.tuple(host, port).map(([h, p]) => `curl -u u:${canary} http://${h}:${p}`),
);

/** Files in every grammar that is read, some of them broken. */
export const fileText: fc.Arbitrary<string> = mutated(
  fc.oneof(
    fc.tuple(key, value).map(([k, v]) => JSON.stringify({ a: [{ [k]: v }] })),
    fc.tuple(key, value).map(([k, v]) => `a:\n  - b:\n      ${k}: "${v}"\n  - &x [*x, *x]\n`),
    fc.tuple(key, value).map(([k, v]) => `[section]\n${k} = "${v}"\n# ${v}\n`),
    fc.tuple(key, value).map(([k, v]) => `${k}=${v}\n`),
    fc.tuple(host, port).map(([h, p]) => `upstream up { server ${h}:${p}; }\nlocation / { proxy_pass http://up; }\n`),
    fc.tuple(key, value).map(([k, v]) => `<a><!-- ${v} --><property name="${k}" value="${v}"/><b>${v}</b></a>`),
    fc.tuple(key, value).map(([k, v]) => `cluster: { ${k}: { address: ${v}, port_value: 80 } }`),
    fc.array(shellLine, { maxLength: 4 }).map((lines) => `#!/bin/sh\n${lines.join('\n')}`),
  ),
);

export interface HostileParts {
  readonly env: readonly (readonly [key: string, value: string])[];
  readonly args: readonly string[];
  readonly files: readonly (readonly [name: string, text: string])[];
  readonly annotations: readonly (readonly [key: string, value: string])[];
}

const fileName = fc.oneof(fc.constantFrom('app.yaml', 'nginx.conf', 'a.json', 'x.xml', 'run.sh'), odd);
const note = fc.oneof(
  value,
  fc.constantFrom('db', 'db=hard', 'a,b,,c', `http://u:${canary}@db`),
  odd.map((text) => `${text}, db`),
);

/** Everything that a workload is given. */
export const hostileParts: fc.Arbitrary<HostileParts> = fc.record({
  env: fc.array(fc.tuple(key, value), { maxLength: 4 }),
  args: fc.array(shellLine, { maxLength: 4 }),
  files: fc.array(fc.tuple(fileName, fileText), { maxLength: 3 }),
  annotations: fc.array(
    fc.oneof(
      fc.tuple(fc.constantFrom('mooring.dev/depends-on', 'other/x'), note),
      fc.tuple(fc.constantFrom('mooring.dev/owner', 'mooring.dev/tier'), odd),
    ),
    { maxLength: 3 },
  ),
});
