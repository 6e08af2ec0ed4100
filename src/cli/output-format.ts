import { InvalidArgumentError, Option } from 'commander';
import { formatJson } from '../resource/json.ts';

/** `-o FORMAT` of one command; the first one named is the default. */
export function outputOption(formats: readonly string[]): Option {
  const [first] = formats;
  return new Option('-o, --output <format>', 'what to print').default(first).argParser((value: string) => {
    if (formats.includes(value)) return value;
    throw new InvalidArgumentError(`It is one of ${formats.join(', ')}.`);
  });
}

/** Whether the command line asks for JSON, told without a parser because it may be the command line that is wrong. */
export function wantsJson(argv: readonly string[]): boolean {
  return argv.some(
    (argument, index) =>
      argument === '-ojson' ||
      argument === '-o=json' ||
      argument === '--output=json' ||
      ((argument === '-o' || argument === '--output') && argv[index + 1] === 'json'),
  );
}

/** One document as JSON or YAML text, ending in a line feed. */
export async function formatDocument(document: unknown, format: 'json' | 'yaml'): Promise<string> {
  if (format === 'json') return `${formatJson(document, 2)}\n`;
  const { stringify } = await import('yaml');
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}
