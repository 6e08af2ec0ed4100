export type MetricType = 'counter' | 'gauge' | 'histogram';

/** One metric. `labels` have closed sets of values, or are capped (see `round-metrics.ts`): no resource ever becomes a series. */
export interface Metric {
  readonly type: MetricType;
  readonly help: string;
  readonly labels: readonly string[];
  /** `stable` metrics keep name, labels and meaning within a major version. */
  readonly stability: 'stable' | 'alpha';
  /** Upper bounds, for histograms. */
  readonly buckets?: readonly number[];
}

/** Every metric that Mooring itself exposes; `docs/metrics.md` is made from this. */
export const metrics = {
  mooring_build_info: {
    type: 'gauge',
    help: 'Always 1; the version is a label.',
    labels: ['version'],
    stability: 'stable',
  },
  mooring_resources: {
    type: 'gauge',
    help: 'Resources by verdict, as of the last round.',
    labels: ['verdict'],
    stability: 'stable',
  },
  mooring_drifted_resources: {
    type: 'gauge',
    help: 'Drifted resources by namespace, kind and severity. Beyond 200 combinations namespace and kind are "other".',
    labels: ['namespace', 'kind', 'severity'],
    stability: 'stable',
  },
  mooring_differences: {
    type: 'gauge',
    help: 'Differences that nothing explains, by the class of their author and their severity.',
    labels: ['actor', 'severity'],
    stability: 'stable',
  },
  mooring_suppressions: {
    type: 'gauge',
    help: 'Differences that belong to somebody entitled to them, by class.',
    labels: ['class'],
    stability: 'stable',
  },
  mooring_rules: {
    type: 'gauge',
    help: 'Rules that leave differences alone, by state: used, unused, idle (matched nothing for 30 days), expired.',
    labels: ['state'],
    stability: 'stable',
  },
  mooring_gaps: {
    type: 'gauge',
    help: 'Things that could not be read; what they cover is undetermined.',
    labels: [],
    stability: 'stable',
  },
  mooring_episodes_open: {
    type: 'gauge',
    help: 'Open episodes of drift by severity.',
    labels: ['severity'],
    stability: 'stable',
  },
  mooring_episodes_oldest_onset_timestamp_seconds: {
    type: 'gauge',
    help: 'When the oldest open episode began at the latest; absent while none is open.',
    labels: [],
    stability: 'stable',
  },
  mooring_episodes_opened_total: {
    type: 'counter',
    help: 'Episodes opened, by severity and whether the same drift was there before.',
    labels: ['severity', 'recurred'],
    stability: 'stable',
  },
  mooring_episodes_resolved_total: { type: 'counter', help: 'Episodes resolved.', labels: [], stability: 'stable' },
  mooring_rounds_total: {
    type: 'counter',
    help: 'Finished rounds by what triggered them.',
    labels: ['trigger'],
    stability: 'stable',
  },
  mooring_round_problems_total: {
    type: 'counter',
    help: 'Things that went wrong in a round that went on, by stage.',
    labels: ['stage'],
    stability: 'stable',
  },
  mooring_round_duration_seconds: {
    type: 'histogram',
    help: 'How long a round took, by whether it looked at everything.',
    labels: ['whole'],
    stability: 'alpha',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  },
  mooring_change_to_verdict_seconds: {
    type: 'histogram',
    help: 'From a live change being noticed to its verdict being recorded.',
    labels: [],
    stability: 'alpha',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10],
  },
  mooring_judged_resources_total: {
    type: 'counter',
    help: 'Verdicts computed. It follows changes, not the size of the cluster.',
    labels: [],
    stability: 'stable',
  },
  mooring_last_round_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last whole round finished. Alert when it is old: verdicts are then stale.',
    labels: [],
    stability: 'stable',
  },
  mooring_source_read_timestamp_seconds: {
    type: 'gauge',
    help: 'When a desired source was last read with success.',
    labels: ['source'],
    stability: 'stable',
  },
  mooring_source_failing: {
    type: 'gauge',
    help: '1 while a desired source cannot be read, else 0.',
    labels: ['source'],
    stability: 'stable',
  },
  mooring_kinds: {
    type: 'gauge',
    help: 'Watched kinds by phase: synced, stale, partial, forbidden, gone.',
    labels: ['phase'],
    stability: 'stable',
  },
  mooring_leader: {
    type: 'gauge',
    help: '1 while this replica may write, 0 while another one leads; always 1 without leader election.',
    labels: [],
    stability: 'stable',
  },
  mooring_relists: {
    type: 'gauge',
    help: 'How often kinds had to be listed anew since the start.',
    labels: [],
    stability: 'alpha',
  },
  mooring_kind_phase: {
    type: 'gauge',
    help: '1 for the phase that a watched kind is in.',
    labels: ['group', 'version', 'kind', 'phase'],
    stability: 'stable',
  },
  mooring_kind_objects: {
    type: 'gauge',
    help: 'Objects held of a watched kind.',
    labels: ['group', 'version', 'kind'],
    stability: 'stable',
  },
  mooring_kind_last_event_timestamp_seconds: {
    type: 'gauge',
    help: 'When the watch of a kind last said anything, bookmarks included; absent until then.',
    labels: ['group', 'version', 'kind'],
    stability: 'stable',
  },
  mooring_kind_last_list_timestamp_seconds: {
    type: 'gauge',
    help: 'When a kind was last listed whole; absent until then.',
    labels: ['group', 'version', 'kind'],
    stability: 'stable',
  },
  mooring_kind_last_audit_timestamp_seconds: {
    type: 'gauge',
    help: 'When what is held of a kind was last compared with the API server; absent until then.',
    labels: ['group', 'version', 'kind'],
    stability: 'stable',
  },
  mooring_watch_restarts_total: {
    type: 'counter',
    help: 'Ends of watches of all kinds by reason: closed, silence, broken, expired, refused-503 and so on.',
    labels: ['reason'],
    stability: 'alpha',
  },
  mooring_lists_total: {
    type: 'counter',
    help: 'Lists of all kinds by reason: first, expired, audit, older-than-seen, history-went-back and so on.',
    labels: ['reason'],
    stability: 'alpha',
  },
  mooring_events_total: {
    type: 'counter',
    help: 'Events of all watches, without bookmarks.',
    labels: [],
    stability: 'alpha',
  },
  mooring_received_bytes_total: {
    type: 'counter',
    help: 'Bytes of lists and watches, as they are before they are held.',
    labels: [],
    stability: 'alpha',
  },
  mooring_cache_differences_total: {
    type: 'counter',
    help: 'Objects that differed from the API server although the watch had passed them: defects of Mooring, repaired.',
    labels: [],
    stability: 'stable',
  },
  mooring_proposals_total: {
    type: 'counter',
    help: 'Outcomes of proposals.',
    labels: ['outcome'],
    stability: 'alpha',
  },
  mooring_hook_attempts_total: {
    type: 'counter',
    help: 'Attempts to deliver, by target and how they ended: delivered, failed, refused, gone.',
    labels: ['target', 'outcome'],
    stability: 'stable',
  },
  mooring_hook_waiting: {
    type: 'gauge',
    help: 'Deliveries that wait, by target.',
    labels: ['target'],
    stability: 'stable',
  },
  mooring_hook_dead: {
    type: 'gauge',
    help: 'Deliveries that were given up and can be replayed, by target.',
    labels: ['target'],
    stability: 'stable',
  },
  mooring_hook_disabled: {
    type: 'gauge',
    help: '1 while a target is disabled because it answered 410, else 0.',
    labels: ['target'],
    stability: 'stable',
  },
  mooring_hook_oldest_waiting_timestamp_seconds: {
    type: 'gauge',
    help: 'When the oldest waiting delivery was stored, by target; absent while none waits.',
    labels: ['target'],
    stability: 'stable',
  },
  mooring_alerts_received_total: {
    type: 'counter',
    help: 'Alerts that Alertmanager sent, by whether they belong to a node of the graph: matched, unmatched, refused.',
    labels: ['outcome'],
    stability: 'alpha',
  },
  mooring_predictions: {
    type: 'gauge',
    help: 'Predictions of the last thirty days by state: waiting for their window to close, scored, untested.',
    labels: ['state'],
    stability: 'alpha',
  },
  mooring_prediction_precision_ratio: {
    type: 'gauge',
    help: 'Of the nodes that were said to break or degrade, the part that had alerts or drift; absent while there is none.',
    labels: [],
    stability: 'alpha',
  },
  mooring_prediction_recall_ratio: {
    type: 'gauge',
    help: 'Of the nodes that had alerts or drift after a drift, the part that had been named; absent while there is none.',
    labels: [],
    stability: 'alpha',
  },
  mooring_prediction_brier_score: {
    type: 'gauge',
    help: 'Mean squared error of predicted probabilities: 0 is perfect, 0.25 a coin; absent while none was scored.',
    labels: [],
    stability: 'alpha',
  },
  mooring_images: {
    type: 'gauge',
    help: 'Images that workloads use, by state: known, stale (known, but not read anew), unreadable, waiting. Absent while they are not read.',
    labels: ['state'],
    stability: 'alpha',
  },
  mooring_image_oldest_read_timestamp_seconds: {
    type: 'gauge',
    help: 'When the image that was not read for longest was last read; absent while none is known.',
    labels: [],
    stability: 'alpha',
  },
  mooring_image_reads_total: {
    type: 'counter',
    help: 'Looks at images by outcome: read, cached (nothing but the tag was asked for), or why not: unauthorized, not-found and so on.',
    labels: ['outcome'],
    stability: 'alpha',
  },
  mooring_traffic_source_up: {
    type: 'gauge',
    help: 'Whether the last look at a source of traffic brought an answer (1) or not (0).',
    labels: ['source'],
    stability: 'alpha',
  },
  mooring_traffic_last_read_timestamp_seconds: {
    type: 'gauge',
    help: 'When a source of traffic last told of calls; absent while it never did.',
    labels: ['source'],
    stability: 'alpha',
  },
  mooring_traffic_edges: {
    type: 'gauge',
    help: 'Edges of the graph that a source of traffic told of: fresh (seen at its last look) or aged (seen before, fading).',
    labels: ['source', 'state'],
    stability: 'alpha',
  },
  mooring_traffic_unresolved_calls: {
    type: 'gauge',
    help: 'Calls that a source of traffic tells of with an end that is not in the graph.',
    labels: ['source'],
    stability: 'alpha',
  },
  mooring_traffic_reads_total: {
    type: 'counter',
    help: 'Looks at sources of traffic by outcome: read, empty, or why not: unreachable, timeout, unauthorized, refused, bad-answer, too-large.',
    labels: ['source', 'outcome'],
    stability: 'alpha',
  },
  mooring_traffic_skipped_total: {
    type: 'counter',
    help: 'Series of sources of traffic that were left out, by reason.',
    labels: ['source', 'reason'],
    stability: 'alpha',
  },
  mooring_graph_nodes: { type: 'gauge', help: 'Nodes of the dependency graph.', labels: [], stability: 'stable' },
  mooring_graph_edges: { type: 'gauge', help: 'Edges of the dependency graph.', labels: [], stability: 'stable' },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;
