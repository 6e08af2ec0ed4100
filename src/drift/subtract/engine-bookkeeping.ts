import { explained, type Explain, heldByPerson, type Question } from './explanation.ts';

/** Marks that GitOps engines and Helm leave on what they apply. Live-only marks are bookkeeping; a declared one that moved is drift. */
const marks: readonly (readonly [RegExp, string])[] = [
  [/^metadata\.annotations\."argocd\.argoproj\.io\/(?:tracking-id|installation-id)"$/, 'tracking id of Argo CD'],
  [/^metadata\.labels\."argocd\.argoproj\.io\/[^"]+"$/, 'tracking label of Argo CD'],
  [/^metadata\.labels\."app\.kubernetes\.io\/instance"$/, 'tracking label of Argo CD or Helm'],
  [/^metadata\.labels\."(?:kustomize|helm)\.toolkit\.fluxcd\.io\/[^"]+"$/, 'ownership label of Flux'],
  [/^metadata\.annotations\."(?:kustomize|helm)\.toolkit\.fluxcd\.io\/[^"]+"$/, 'checksum of Flux'],
  [/^metadata\.annotations\."meta\.helm\.sh\/release-(?:name|namespace)"$/, 'release mark of Helm'],
  [/^metadata\.labels\."app\.kubernetes\.io\/managed-by"$/, 'release mark of Helm'],
  [/^metadata\.labels\."objectset\.rio\.cattle\.io\/hash"$/, 'object set of Fleet'],
  [/^metadata\.annotations\."objectset\.rio\.cattle\.io\/[^"]+"$/, 'object set of Fleet'],
  [/^metadata\.(?:labels|annotations)\."config(?:management|sync)\.gke\.io\/[^"]+"$/, 'mark of Config Sync'],
  [/^metadata\.annotations\."config\.k(?:8s|ubernetes)\.io\/owning-inventory"$/, 'inventory of an engine'],
  [/^metadata\.labels\."applyset\.kubernetes\.io\/part-of"$/, 'mark of an apply set'],
  [/^metadata\.(?:labels|annotations)\."kapp\.k14s\.io\/[^"]+"$/, 'mark of kapp'],
  [/^metadata\.annotations\."mooring\.dev\/[^"]+"$/, 'setting of Mooring'],
];

/** Requests to look again: whoever makes one asks for no other state, and the documentation of both engines tells people to. */
const requests: readonly (readonly [RegExp, string])[] = [
  [/^metadata\.annotations\."reconcile\.fluxcd\.io\/(?:requestedAt|forceAt|resetAt)"$/, 'reconcile request of Flux'],
  [/^metadata\.annotations\."argocd\.argoproj\.io\/(?:refresh|hydrate)"$/, 'refresh request of Argo CD'],
];

/** The label is shared with people: it counts as bookkeeping only when an engine or nobody holds it. */
export const explainBookkeeping: Explain = (question) => {
  if (question.candidate.change !== 'added') return null;
  const request = requests.find(([pattern]) => pattern.test(question.text));
  if (request !== undefined) return explained('controller', request[1]);
  if (isRunningSync(question)) return explained('controller', 'a sync of Argo CD that was asked for');
  const row = marks.find(([pattern]) => pattern.test(question.text));
  return row === undefined || heldByPerson(question) ? null : explained('controller', row[1]);
};

/** Argo CD keeps the sync that it is about to run beside `spec` and removes it when it has begun. */
function isRunningSync({ text, live }: Question): boolean {
  return (
    live.id.group === 'argoproj.io' &&
    live.id.kind === 'Application' &&
    (text === 'operation' || text.startsWith('operation.'))
  );
}
