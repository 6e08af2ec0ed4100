import { clusterReferences } from './cluster-references.ts';
import { catalogClaims } from './catalog/catalog-claims.ts';
import { configReferences } from './config-references.ts';
import type { EvidenceReader } from './evidence.ts';
import { gatewayRoutes, istioRoutes } from './routes/gateway-routes.ts';
import { humanClaims } from './human-claims.ts';
import { ingressRoutes } from './routes/ingress-routes.ts';
import { networkPolicies } from './routes/network-policies.ts';
import { orderingClaims } from './ordering-claims.ts';
import { daprGuards } from './resilience/dapr-guards.ts';
import { istioGuards } from './resilience/istio-guards.ts';
import { linkerdGuards } from './resilience/linkerd-guards.ts';
import { routeGuards } from './resilience/route-guards.ts';
import { serviceRoutes } from './routes/service-routes.ts';
import { workloadAddresses } from './settings/workload-addresses.ts';

/** Every kind of declared evidence. To add one: write `resource → claims` beside these and put it here. */
export const readers: readonly EvidenceReader[] = [
  workloadAddresses,
  configReferences,
  clusterReferences,
  serviceRoutes,
  ingressRoutes,
  gatewayRoutes,
  istioRoutes,
  networkPolicies,
  orderingClaims,
  humanClaims,
  catalogClaims,
  istioGuards,
  linkerdGuards,
  routeGuards,
  daprGuards,
];
