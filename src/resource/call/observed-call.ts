/** One end of a call as a source of traffic names it. `namespace` is null when the source does not tell. */
export interface Party {
  readonly namespace: string | null;
  /** A workload, Service, pod, host or address. */
  readonly name: string;
}

/** Calls between two parties within a window. */
export interface ObservedCall {
  readonly from: Party;
  readonly to: Party;
  readonly protocol: string | null;
  /** Requests (or bytes, connections) a second. Zero means: known to exist, quiet now. */
  readonly rate: number;
  /** Share of failed calls, from 0 to 1, or null when the source does not tell. */
  readonly errorShare: number | null;
  /** What is called: `istio_requests_total`. */
  readonly metric: string;
}

/** What a source answered: calls, and how much of the answer could not be used, by reason. */
export interface ObservedAnswer {
  readonly calls: readonly ObservedCall[];
  readonly skipped: Readonly<Record<string, number>>;
}
