/** One end of a call as a source of traffic names it. `namespace` is null when the source does not tell. */
export interface Party {
  readonly namespace: string | null;
  /** A workload, Service, pod, host or address. */
  readonly name: string;
  /** A host name of the address `name`, for one that nobody in the cluster has. */
  readonly alias?: string;
}

/** What `rate` counts. Shares are only made of what is counted alike. */
export type CallUnit = 'requests' | 'connections' | 'bytes' | 'presence';

/** Calls between two parties within a window. */
export interface ObservedCall {
  readonly from: Party;
  readonly to: Party;
  readonly protocol: string | null;
  readonly unit: CallUnit;
  /** In units a second. Zero where only presence is told. */
  readonly rate: number;
  /** Share of failed calls, from 0 to 1, or null when the source does not tell. */
  readonly errorShare: number | null;
  /** What is called: `istio_requests_total`. */
  readonly metric: string;
}
