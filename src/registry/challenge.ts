/** What a registry asks for with `WWW-Authenticate`. */
export type Challenge =
  | { readonly kind: 'bearer'; readonly realm: string; readonly service: string | null; readonly scope: string | null }
  | { readonly kind: 'basic' };

const longest = 8192;
const parameter = /([a-zA-Z]{1,40})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/y;

/** Reads a challenge (RFC 9110, and the token protocol of the distribution project). Bearer wins over Basic; undefined for neither. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  const text = (header ?? '').slice(0, longest);
  const bearer = /(?:^|[\s,])bearer\s+/i.exec(text);
  if (bearer !== null) {
    const parameters = parametersFrom(text, bearer.index + bearer[0].length);
    const realm = parameters.get('realm');
    if (realm !== undefined && realm !== '')
      return {
        kind: 'bearer',
        realm,
        service: parameters.get('service') ?? null,
        scope: parameters.get('scope') ?? null,
      };
  }
  return /(?:^|[\s,])basic(?:\s|,|$)/i.test(text) ? { kind: 'basic' } : undefined;
}

function parametersFrom(text: string, start: number): Map<string, string> {
  const found = new Map<string, string>();
  parameter.lastIndex = start;
  for (let match = parameter.exec(text); match !== null; match = parameter.exec(text)) {
    const [, name = '', quoted, plain = ''] = match;
    found.set(name.toLowerCase(), quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1'));
    const comma = /\s*,\s*/y;
    comma.lastIndex = parameter.lastIndex;
    if (!comma.test(text)) break;
    parameter.lastIndex = comma.lastIndex;
  }
  return found;
}
