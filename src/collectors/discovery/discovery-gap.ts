import type { Gap } from '../../resource/snapshot.ts';
import { coversNothing } from '../parse-manifests.ts';

/** Something that was not discovered. It leaves no object without a judgement: what is not declared is not judged. */
export function discoveryGap(what: string, why: string, remedy: string): Gap {
  return { what, why, remedy, scope: coversNothing };
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
