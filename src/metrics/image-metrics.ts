import type { ImageCounts } from '../loop/estate/image-watch.ts';
import { clear, type Sample, set } from './sample.ts';

/** How the images that workloads use fare, as gauges. Pure. */
export function imageMetrics({ oldestReadAt, ...counts }: ImageCounts): Sample[] {
  const oldest = 'mooring_image_oldest_read_timestamp_seconds';
  return [
    ...Object.entries(counts).map(([state, count]) => set('mooring_images', count, { state })),
    clear(oldest),
    ...(oldestReadAt === null ? [] : [set(oldest, Date.parse(oldestReadAt) / 1000)]),
  ];
}
