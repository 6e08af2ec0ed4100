import { metrics } from './metric-table.ts';
import type { Metric } from './metric.ts';

const head = `# Metrics

Served at \`/metrics\` in the Prometheus text format. This page is made from \`src/metrics/metric-table.ts\`; \`npm run check\` fails
when it is not up to date. Labels have closed sets of values or are capped; no resource ever becomes a series. Metrics of the
process itself (\`process_*\`, \`nodejs_*\`) are those of prom-client.

| metric | type | labels | stability | meaning |
| --- | --- | --- | --- | --- |
`;

/** The text of docs/metrics.md. */
export function describeMetrics(): string {
  const rows = Object.entries<Metric>(metrics).map(([name, { type, labels, stability, help }]) => {
    const names = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${names === '' ? '–' : names} | ${stability} | ${help} |`;
  });
  return `${head}${rows.join('\n')}\n`;
}
