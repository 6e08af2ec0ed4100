/** How far each kind of a live side was seen, kept across restarts so that no later run is shown an older state. */
export interface VersionFloors {
  /** By kind, as `floorKey` names it. Empty for a live side that was never seen. Throws AppError. */
  of(live: string): Promise<ReadonlyMap<string, string>>;
  /** Replaces what was kept of these kinds; a version may also go back, with the history of the cluster. Throws AppError. */
  keep(live: string, versions: ReadonlyMap<string, string>): Promise<void>;
}

export function floorKey({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string {
  return `${apiVersion}/${kind}`;
}
