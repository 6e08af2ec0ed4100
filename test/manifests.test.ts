import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../src/config/load-config.ts';

test('the configuration that manifests/ deploy has no problems and listens where the probes ask', async () => {
  const file = join(dirname(import.meta.dirname), 'manifests', 'mooring.yaml');
  const { config } = await loadConfig({ file, env: {}, flags: {} });
  expect(config.api.listen).toBe('0.0.0.0:9480');
  expect(config.history.path).toBe('/var/lib/mooring/mooring.sqlite');
  expect(config.live.source).toBe('kube:');
});
