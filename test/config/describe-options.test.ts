import { expect, it } from 'vitest';
import { describeOptions } from '../../src/config/describe-options.ts';
import { examineConfig } from '../../src/config/load-config.ts';
import { options } from '../../src/config/options.ts';

it('every key is described in a table of its section', () => {
  const text = describeOptions();
  for (const key of Object.keys(options)) expect(text).toContain(`| \`${key}\` |`);
  expect(text).toContain(
    '| `api.listen` | text | `127.0.0.1:9480` | `MOORING_LISTEN` | `--listen` | Where metrics, health and the API listen. Port 0 takes a free one. |',
  );
});

it('the defaults alone are a valid configuration', async () => {
  expect((await examineConfig({ file: null, env: {}, flags: {} })).problems).toEqual([]);
});

it('no two keys share an environment variable or a flag', () => {
  const names = Object.values(options).flatMap((option) => [
    ...('env' in option ? [option.env] : []),
    ...('flag' in option ? [`--${option.flag}`] : []),
  ]);
  expect(names).toEqual([...new Set(names)]);
});
