import type { RulePath } from './rule-path.ts';

/** A JSON pointer (RFC 6901) as a rule path; the empty pointer is the whole object. Undefined when it does not begin with a slash. */
export function parseJsonPointer(pointer: string): RulePath | undefined {
  if (pointer === '' || pointer === '/') return { kind: 'everything' };
  if (!pointer.startsWith('/')) return undefined;
  const tokens = pointer.slice(1).split('/');
  return {
    kind: 'steps',
    steps: tokens.map((token) => ({ kind: 'token', text: token.replaceAll('~1', '/').replaceAll('~0', '~') })),
  };
}
