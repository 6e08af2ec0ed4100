import type { Metric } from './metric.ts';

/** Metrics of what the graph is told besides manifests: images and traffic; a part of `metric-table.ts`. */
export const evidenceMetrics = {
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
} as const satisfies Readonly<Record<string, Metric>>;
