import type { Resource } from '../src/resource/resource.ts';

/** Degree quantiles: from share (`0.5`) or `max` to a number of callers or callees. */
export interface DegreeQuantiles {
  readonly services: number;
  readonly fan_in: Readonly<Record<string, number>>;
  readonly fan_out: Readonly<Record<string, number>>;
}

/** Small table of a long-tailed estate, used when no file is given. */
export const defaultQuantiles: DegreeQuantiles = {
  services: 10_000,
  fan_in: { '0': 0, '0.3': 1, '0.5': 2, '0.75': 5, '0.9': 12, '0.95': 20, '0.99': 70, '0.999': 900, max: 5_000 },
  fan_out: { '0': 0, '0.1': 1, '0.5': 4, '0.75': 7, '0.9': 13, '0.95': 20, '0.99': 90, '0.999': 700, max: 2_500 },
};

/** Reproducible numbers from 0 to 1 (a 32-bit mixer); benches must draw the same estate every time. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
  };
}

const levels = 6;
const teamSize = 25;

export type Shape = 'levels' | 'flat';

/**
 * Callees by service. `flat`: anybody calls anybody, drawn by degree alone, which makes nearly everything reachable from nearly anywhere.
 * `levels`: six levels, edges mostly one or two levels down, 2 % back up; most inside teams of 25, the rest to hubs drawn by
 * their fan-in. Degrees follow the quantiles; hubs are scaled to the number of services.
 */
export function drawEstate(
  services: number,
  quantiles: DegreeQuantiles,
  seed: number,
  shape: Shape = 'levels',
): readonly (readonly number[])[] {
  const random = seeded(seed);
  const scale = Math.min(1, services / quantiles.services);
  const wanted = Array.from({ length: services }, () => quantile(quantiles.fan_in, random(), scale));
  const hubs = aliasTable(wanted);
  const level = (service: number): number => service % levels;
  return Array.from({ length: services }, (_, caller) => {
    const count = Math.min(quantile(quantiles.fan_out, random(), scale), services - 1);
    const callees = new Set<number>();
    for (let draw = 0; draw < count * 2 && callees.size < count; draw++) {
      const isTeam = shape === 'levels' && random() < 0.7;
      const team = Math.floor(caller / teamSize) * teamSize;
      const callee = isTeam ? team + Math.floor(random() * teamSize) : hubs(random());
      const isDown = shape === 'flat' || level(callee) > level(caller);
      if (callee < services && callee !== caller && (isDown || random() < 0.02)) callees.add(callee);
    }
    return [...callees];
  });
}

function quantile(table: Readonly<Record<string, number>>, share: number, scale: number): number {
  const points = Object.entries(table)
    .flatMap(([key, value]) =>
      key === 'max' ? [[1, value] as const] : Number.isNaN(Number(key)) ? [] : [[Number(key), value] as const],
    )
    .toSorted(([one], [other]) => one - other);
  const at = points.findIndex(([key]) => key >= share);
  const [high, top] = points[Math.max(0, at)] ?? [1, 0];
  const [low, bottom] = points[at - 1] ?? [0, 0];
  const value = bottom + ((top - bottom) * (share - low)) / (high - low || 1);
  return Math.round(value > 100 ? Math.max(100, value * scale) : value);
}

/** Draws an index with a probability proportional to its weight. */
function aliasTable(weights: readonly number[]): (share: number) => number {
  const sums: number[] = [];
  let total = 0;
  for (const weight of weights) sums.push((total += weight));
  return (share) => {
    const wanted = share * total;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** The estate as manifests: a Deployment and a Service each, callees in the environment; leaves are stores. */
export function manifestsOf(estate: readonly (readonly number[])[]): Resource[] {
  return estate.flatMap((callees, at) => [deploymentOf(at, callees), serviceOf(at)]);
}

export function deploymentOf(at: number, callees: readonly number[]): Resource {
  const name = `s${at}`;
  const namespace = namespaceOf(at);
  const image = callees.length === 0 ? 'postgres:16' : `estate/${name}:1`;
  const env = callees.map((callee) => ({ name: `S${callee}_ADDR`, value: `s${callee}.${namespaceOf(callee)}:80` }));
  const pod = { containers: [{ name: 'main', image, env }] };
  const body = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { replicas: 2, template: { metadata: { labels: { app: name } }, spec: pod } },
  };
  return { id: { group: 'apps', kind: 'Deployment', namespace, name }, apiVersion: 'apps/v1', body, origin: null };
}

function serviceOf(at: number): Resource {
  const name = `s${at}`;
  const namespace = namespaceOf(at);
  const body = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  };
  return { id: { group: '', kind: 'Service', namespace, name }, apiVersion: 'v1', body, origin: null };
}

function namespaceOf(at: number): string {
  return `team-${Math.floor(at / teamSize)}`;
}
