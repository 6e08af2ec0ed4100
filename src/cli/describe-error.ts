import { type AppError, toErrorDocument } from '../errors/app-error.ts';
import { formatJson } from '../resource/json.ts';
import { printable } from './printable.ts';

/** An error as it is printed: the document of CONTRACTS 5, or plain sentences on one line (a configuration lists its problems below). */
export function describeError(error: AppError, asJson: boolean): string {
  if (asJson) return `${formatJson(toErrorDocument(error), 2)}\n`;
  const said = sentence(`${error.what}: ${error.why}`);
  const text = `${said}${said.endsWith('\n') ? '' : ' '}${sentence(error.remedy)}`;
  return `mooring: ${printable(text, error.code === 'config-invalid')}\n`;
}

function sentence(text: string): string {
  return /[.!?\n]$/.test(text) ? text : `${text}.`;
}
