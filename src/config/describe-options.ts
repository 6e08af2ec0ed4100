import type { Option } from './option.ts';
import { options } from './options.ts';

/** `docs/configuration.md`, made from the option table. */
export function describeOptions(): string {
  const table: readonly (readonly [string, Option])[] = Object.entries(options);
  const sections = Map.groupBy(table, ([key]) => key.split(/[.[]/)[0] ?? key);
  const parts = [...sections].map(([name, entries]) => {
    const rows = entries.map(([key, option]) => row(key, option));
    return `## ${name}\n\n| key | type | default | environment | flag of \`run\` | meaning |\n| --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `${intro}\n${parts.join('\n')}`;
}

const intro = `# Configuration

Made from \`src/config/options.ts\`; do not edit by hand.

One file, \`mooring.yaml\`, given with \`--config\`. An environment variable wins over the file, a flag over both. Relative paths in
the file are relative to the file; a source counts as a path when it starts with a dot or a slash. \`mooring check-config FILE\` lists every problem at once. A variable or flag of a list
(\`sources[]\`) sets its first member.
`;

function row(key: string, option: Option): string {
  const cells = [
    `\`${key}\``,
    option.type,
    defaultOf(option),
    option.env === undefined ? '' : `\`${option.env}\``,
    option.flag === undefined ? '' : `\`--${option.flag}\``,
    option.description.replaceAll('|', '\\|'),
  ];
  return `| ${cells.join(' | ')} |`;
}

function defaultOf(option: Option): string {
  const parsed = option.schema.safeParse(undefined);
  if (!parsed.success) return 'required';
  if (parsed.data === undefined) return '';
  if (option.type === 'duration' && typeof parsed.data === 'number') return `\`${formatDuration(parsed.data)}\``;
  if (Array.isArray(parsed.data)) return 'none';
  return `\`${typeof parsed.data === 'string' ? parsed.data : JSON.stringify(parsed.data)}\``;
}

function formatDuration(milliseconds: number): string {
  if (milliseconds % 60_000 === 0) return `${milliseconds / 60_000}m`;
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
