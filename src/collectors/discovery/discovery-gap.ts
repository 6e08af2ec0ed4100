import type { Gap } from '../../resource/snapshot.ts';
import { coversNothing } from '../parse-manifests.ts';

/** Something that was not discovered. It leaves no object without a judgement: what is not declared is not judged. */
export function discoveryGap(what: string, why: string, remedy: string): Gap {
  return { what, why, remedy, scope: coversNothing };
}

/** `Application argocd/shop`. */
export function nameOf({ kind, namespace, name }: { readonly kind: string; readonly namespace: string; readonly name: string }): string {
  return `${kind} ${namespace}/${name}`;
}
