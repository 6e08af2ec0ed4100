import { configReferences } from './config-references.ts';
import type { EvidenceReader } from './evidence.ts';
import { serviceRoutes } from './service-routes.ts';
import { workloadAddresses } from './workload-addresses.ts';

/** Every kind of declared evidence. To add one: write `resource → claims` beside these and put it here. */
export const readers: readonly EvidenceReader[] = [workloadAddresses, configReferences, serviceRoutes];
