import { styleText } from 'node:util';
import type { Severity, Verdict } from '../drift/drift-report.ts';

type Style = Parameters<typeof styleText>[0];

/** Colours by meaning. With `colour` off every function returns its text unchanged. */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly removed: (text: string) => string;
  readonly added: (text: string) => string;
  readonly place: (text: string) => string;
  readonly severity: (severity: Severity, text: string) => string;
  readonly verdict: (verdict: Verdict, text: string) => string;
}

const severityStyles: Readonly<Record<Severity, Style>> = {
  critical: ['bold', 'red'],
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  info: 'gray',
};

const verdictStyles: Readonly<Record<Verdict, Style>> = {
  'in-sync': 'green',
  drifted: 'red',
  pending: 'cyan',
  invalid: 'magenta',
  undetermined: 'yellow',
};

export function createPaint(colour: boolean): Paint {
  // The caller has judged the terminal already; styleText must not judge it again.
  const brush = (style: Style) => (text: string) => (colour ? styleText(style, text, { validateStream: false }) : text);
  return {
    strong: brush('bold'),
    faint: brush('dim'),
    removed: brush('red'),
    added: brush('green'),
    place: brush('cyan'),
    severity: (severity, text) => brush(severityStyles[severity])(text),
    verdict: (verdict, text) => brush(verdictStyles[verdict])(text),
  };
}
