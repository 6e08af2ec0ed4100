import { defineConfig } from 'vitest/config';

/** Tests that start git, the whole app or children to kill, or try thousands of inputs: too slow to run before every commit. */
const thorough = [
  'test/forge/**/*.test.ts',
  'test/git/**/*.test.ts',
  'test/app.test.ts',
  'test/app-images.test.ts',
  'test/killed-daemon.test.ts',
  'test/proposing-daemon.test.ts',
  'test/drift/read-back.test.ts',
  'test/graph/hostile.test.ts',
  'test/kubernetes/large-cluster.test.ts',
  'test/loop/status-events.test.ts',
  'test/registry/real-registry.test.ts',
  'test/telemetry/real-prometheus.test.ts',
  'test/telemetry/traffic-daemon.test.ts',
  'test/**/*.property.test.ts',
];

/** `unit` runs anywhere in seconds; `thorough` and `real`, which needs the real control plane, are run by `npm test` only. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/real/**', ...thorough] } },
      { test: { name: 'thorough', include: thorough, testTimeout: 120_000 } },
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          globalSetup: ['test/real/shared-plane.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
