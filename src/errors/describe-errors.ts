import { errorCodes } from './error-codes.ts';

/** `docs/errors.md`, made from the table of codes. */
export function describeErrors(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, meaning]) => `| \`${code}\` | ${meaning.replaceAll('|', '\\|')} |`,
  );
  return `${intro}\n| code | meaning |\n| --- | --- |\n${rows.join('\n')}\n`;
}

const intro = `# Errors

Made from \`src/errors/error-codes.ts\`; do not edit by hand.

Every error says what failed, why, and what to do. With \`-o json\` it is one document on standard error, over HTTP a problem
document with the same members; \`code\` is one of these and is never given another meaning.
`;
