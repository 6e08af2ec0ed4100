const reference = /\$(?:\((\w{1,200})\)|\{(?:env[:.])?(\w{1,200})(?::-?([^}$]{0,500}))?\}|([A-Za-z_]\w{0,199}))/g;

/**
 * Replaces `$(NAME)`, `${NAME}`, `${NAME:default}`, `${NAME:-default}`, `${env:NAME}` and `$NAME` by the value of the variable.
 * One pass: what a value itself contains is not expanded again, so a cycle stays text. Unknown names without a default stay.
 */
export function expandVariables(text: string, values: ReadonlyMap<string, string>): string {
  if (!text.includes('$')) return text;
  return text.replaceAll(reference, (...match: readonly unknown[]) => {
    const [whole, round, curly, preset, plain] = match.map((group) => (typeof group === 'string' ? group : undefined));
    const name = round ?? curly ?? plain ?? '';
    return values.get(name) ?? preset ?? serviceHost(name) ?? whole ?? '';
  });
}

/** Kubernetes gives every pod `CART_SERVICE_HOST` for a Service `cart`: the variable is its name. */
function serviceHost(name: string): string | undefined {
  const service = /^([A-Z][A-Z0-9_]{0,100})_SERVICE_HOST$/.exec(name)?.[1];
  return service?.toLowerCase().replaceAll('_', '-');
}

/** Only `$(NAME)` is expanded by Kubernetes in env, args and command; `$$` is a literal dollar. */
export function expandOwn(text: string, values: ReadonlyMap<string, string>): string {
  if (!text.includes('$(')) return text;
  return text.replaceAll(/\$?\$\((\w{1,200})\)/g, (whole, name: string) =>
    whole.startsWith('$$') ? whole.slice(1) : (values.get(name) ?? serviceHost(name) ?? whole),
  );
}
