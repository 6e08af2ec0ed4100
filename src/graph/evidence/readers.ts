import type { EvidenceReader } from './evidence.ts';
import { workloadAddresses } from './workload-addresses.ts';

/** Every kind of declared evidence. To add one: write `resource → claims` beside these and put it here. */
export const readers: readonly EvidenceReader[] = [workloadAddresses];
