import type { Gap, GapScope } from '../../resource/snapshot.ts';
import { coversNothing } from '../parse-manifests.ts';

/** Something that was not discovered. By default it leaves no object without a judgement: what is not declared is not judged. */
export function discoveryGap(what: string, why: string, remedy: string, scope: GapScope = coversNothing): Gap {
  return { what, why, remedy, scope };
}

/** What a source that cannot be read may declare: nothing in its namespace is called extra, without one nothing anywhere. */
export function unreadScope(namespace: string): GapScope {
  return namespace === '' ? {} : { namespace };
}

/** `Application argocd/shop`. */
export function nameOf({
  kind,
  namespace,
  name,
}: {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}): string {
  return `${kind} ${namespace}/${name}`;
}

/** A rule that cannot be read hides nothing, and is said so. */
export function ruleGap(owner: string, problem: string): Gap {
  return discoveryGap(
    `a rule of ${owner}`,
    `${problem} is not understood, so it hides nothing`,
    'Write it as a JSON pointer or a plain jq path, or add a rule to the configuration',
  );
}
