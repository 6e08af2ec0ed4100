import { type Address, isTelemetryPort, layerOf, protocolOfPort } from '../../addresses/address.ts';
import { isIpAddress } from '../../addresses/find-addresses.ts';
import { type KeyMeaning, protocolOfWord, wordsOf } from '../../addresses/key-meaning.ts';
import type { GraphNode } from '../../graph-shapes.ts';
import { isPublicEnding, type Resolution, resolveHost } from '../../landscape/resolve-host.ts';
import type { Service } from '../../landscape/service.ts';
import { factsOf, type NodeFacts } from '../../landscape/node-facts.ts';
import type { View } from '../../landscape/view.ts';
import { outsideNode, unseenNode } from '../outside-node.ts';
import type { SettingGroup } from './workload-settings.ts';

/** An address in its surroundings. `ports` are what neighbouring settings say when the address itself names none. */
export interface AddressInContext {
  readonly address: Address;
  readonly meaning: KeyMeaning;
  readonly ports: readonly number[];
  readonly origin: SettingGroup['origin'];
  readonly namespace: string;
  /** What the caller itself speaks, when it is a store or broker. */
  readonly own: string | null;
}

/** What an address means: an edge to `to`, a finding with its reason, or nothing at all. */
export type Judgement =
  | {
      readonly kind: 'edge';
      readonly to: string;
      readonly unseen: GraphNode | null;
      readonly facts: NodeFacts;
      readonly protocol: string | null;
      readonly confidence: number;
    }
  | { readonly kind: 'finding'; readonly why: string }
  | { readonly kind: 'nothing' };

const nothing: Judgement = { kind: 'nothing' };

/** Decides whether an address is a dependency. A lone name needs a setting that says "place" and, where a port is known, a Service that has it. */
export function judgeAddress(context: AddressInContext, view: View): Judgement {
  const { address, namespace } = context;
  if (isPlaceholder(address.host)) return nothing;
  const resolution = resolveHost(view, address.host, namespace);
  switch (resolution.kind) {
    case 'node':
      return judgeKnown(context, resolution.node, resolution.service, view);
    case 'missing':
      return context.origin === 'image' ? judgeDefault(context, resolution) : judgeMissing(context, resolution);
    case 'elsewhere':
      return judgeElsewhere(context, resolution);
    case 'outside':
      return judgeOutside(context, resolution.host);
  }
}

function judgeKnown(context: AddressInContext, node: string, service: Service | null, view: View): Judgement {
  const { address, meaning } = context;
  const facts = factsOf(view.landscape, node);
  const ports = address.port === null ? context.ports : [address.port];
  const fits = portFit(ports, service, facts);
  const confidence = confidenceIn(address, meaning, fits, facts);
  if (confidence === 0) return nothing;
  const protocol =
    address.protocol ??
    spokenBy(service, ports) ??
    facts.protocol ??
    meaning.protocol ??
    protocolOfPort(ports[0] ?? null);
  return { kind: 'edge', to: node, unseen: null, facts, protocol, confidence };
}

type PortFit = 'exposed' | 'pod-only' | 'unknown' | 'closed';

function portFit(ports: readonly number[], service: Service | null, facts: NodeFacts): PortFit {
  if (ports.length === 0 || service === null || service.externalName !== null) return 'unknown';
  if (ports.some((port) => service.ports.some((offered) => offered.port === port))) return 'exposed';
  if (ports.some((port) => facts.ports.includes(port))) return service.headless ? 'exposed' : 'pod-only';
  return service.headless ? 'unknown' : 'closed';
}

const byForm: Readonly<Record<Address['form'], Readonly<Record<PortFit, number>>>> = {
  url: { exposed: 0.97, 'pod-only': 0.8, unknown: 0.95, closed: 0.7 },
  dsn: { exposed: 0.97, 'pod-only': 0.8, unknown: 0.95, closed: 0.7 },
  qualified: { exposed: 0.97, 'pod-only': 0.8, unknown: 0.95, closed: 0.6 },
  'host-port': { exposed: 0.97, 'pod-only': 0.75, unknown: 0.9, closed: 0.5 },
  bare: { exposed: 0.95, 'pod-only': 0.7, unknown: 0.85, closed: 0.4 },
};

/** 0 means: do not believe it. */
function confidenceIn(address: Address, meaning: KeyMeaning, fit: PortFit, facts: NodeFacts): number {
  const value = byForm[address.form][fit];
  if (address.form === 'url' || address.form === 'dsn' || address.form === 'qualified') return value;
  if (address.form === 'host-port') return fit === 'exposed' || fit === 'pod-only' || meaning.placeLike ? value : 0;
  if (meaning.placeLike) return value;
  return meaning.protocol !== null && meaning.protocol === facts.protocol ? 0.7 : 0;
}

/** Protocol that a Service says it speaks on a port: `appProtocol`, or the first word of the port's name that is one. */
function spokenBy(service: Service | null, ports: readonly number[]): string | null {
  const offered =
    service?.ports.find(({ port }) => ports.includes(port)) ??
    (service?.ports.length === 1 ? service.ports[0] : undefined);
  if (offered === undefined) return null;
  for (const word of wordsOf(`${offered.appProtocol ?? ''} ${offered.name ?? ''}`)) {
    const protocol =
      word === 'http' || word === 'https' || word === 'http2' || word === 'web' ? 'http' : protocolOfWord(word);
    if (protocol !== null) return protocol;
  }
  return null;
}

type Unfound = Extract<Resolution, { kind: 'missing' | 'elsewhere' }>;

/**
 * A name that the manifests should know but do not. Stores and brokers often come from elsewhere (an operator, another release), and an
 * address in their protocol is seldom a leftover: that is an edge to something unseen. Anything else points at nothing.
 */
function judgeMissing(context: AddressInContext, { namespace, name }: Unfound): Judgement {
  const { address, meaning } = context;
  const port = address.port ?? context.ports[0] ?? null;
  const spoken = address.protocol ?? protocolOfPort(port) ?? protocolOfHost(name);
  const carriesData = layerOf(spoken) !== 'call';
  // A store that names its own kind means its peers, behind a headless Service that a chart forgot or an operator makes.
  if (carriesData && spoken === context.own) return nothing;
  if (carriesData && (address.form !== 'bare' || meaning.sure)) return unseen(namespace, name, spoken, 0.6);
  return isMeantAsPlace(context) ? pointsNowhere(namespace, name) : nothing;
}

/** A name that nobody has may be meant for something else, unless its setting says "place" and nothing but that. */
function isMeantAsPlace({ address, meaning, origin }: AddressInContext): boolean {
  if (address.form === 'bare') return meaning.sure;
  return address.form !== 'host-port' || meaning.address || origin === 'env';
}

/** Images carry defaults for other places than this cluster. */
function judgeDefault({ meaning }: AddressInContext, { namespace, name }: Unfound): Judgement {
  return meaning.address ? pointsNowhere(namespace, name) : nothing;
}

/** Services that a cluster brings itself. */
const alwaysThere: ReadonlySet<string> = new Set(['default/kubernetes', 'kube-system/kube-dns']);

function pointsNowhere(namespace: string, name: string): Judgement {
  if (alwaysThere.has(`${namespace}/${name}`)) return nothing;
  return { kind: 'finding', why: `no Service ${name} in namespace ${namespace} of these manifests` };
}

/** Protocol by the words of a host name, unless they name a tool for the store. */
function protocolOfHost(name: string): string | null {
  const words = wordsOf(name);
  if (
    words.some((word) =>
      ['ui', 'admin', 'exporter', 'express', 'proxy', 'registry', 'connect', 'operator'].includes(word),
    )
  )
    return null;
  return words.map(protocolOfWord).find((found) => found !== null) ?? null;
}

function judgeElsewhere(context: AddressInContext, { namespace, name }: Unfound): Judgement {
  const { address, meaning } = context;
  if (context.origin === 'image' && !address.host.includes('.svc')) return nothing;
  const isSure = address.form === 'url' || address.form === 'dsn' || address.form === 'qualified' || meaning.address;
  if (!isSure || (address.form === 'bare' && context.origin !== 'env')) return nothing;
  const spoken = address.protocol ?? protocolOfPort(address.port) ?? protocolOfHost(name);
  return unseen(namespace, name, spoken, 0.6);
}

function unseen(namespace: string, name: string, protocol: string | null, confidence: number): Judgement {
  const facts = { role: 'external', protocol, ports: [] } as const;
  return { kind: 'edge', ...unseenNode(namespace, name), facts, protocol, confidence };
}

/** A public name or an address outside the cluster. Files are full of links to schemas and manuals, so there the key must say "place". */
function judgeOutside(context: AddressInContext, host: string): Judgement {
  const { address, meaning } = context;
  const last = host.slice(host.lastIndexOf('.') + 1);
  if (!isIpAddress(host) && !host.endsWith('.s3') && !isPublicEnding(last) && !isPrivateEnding(last)) return nothing;
  if (!isWorldPlace(context)) return nothing;
  const protocol = address.protocol ?? meaning.protocol ?? protocolOfPort(address.port ?? context.ports[0] ?? null);
  const facts = { role: 'external', protocol, ports: [] } as const;
  return { kind: 'edge', ...outsideNode(host), facts, protocol, confidence: 0.85 };
}

function isWorldPlace({ address, meaning, origin }: AddressInContext): boolean {
  const isStrong = address.form === 'url' || address.form === 'dsn' || (address.form === 'host-port' && !meaning.named);
  if (origin === 'image') return isStrong && (layerOf(address.protocol) !== 'call' || isCallee(address, meaning));
  if (origin === 'file') return meaning.address || (isStrong && layerOf(address.protocol) !== 'call');
  return isStrong || meaning.address;
}

const buildWords: ReadonlySet<string> = new Set(
  'download downloads pip dist mirror mirrors registry repo repository index source src tarball archive asc sha sha256 gpg keyserver npm yarn php release releases package packages homepage docs version'.split(
    ' ',
  ),
);

/** Images are full of places that their build loaded something from; what is left may be a place that the program calls. */
function isCallee({ key, setting }: AddressInContext['address'], meaning: KeyMeaning): boolean {
  if (!meaning.address || wordsOf(key).some((word) => buildWords.has(word))) return false;
  return !/\.(?:tar|tgz|[txg]z|bz2|zip|asc|sig|py|sh|deb|rpm|apk|jar|git)(?:\W|$)/i.test(setting.value.slice(0, 2_000));
}

function isPrivateEnding(label: string): boolean {
  return ['internal', 'intranet', 'corp', 'lan', 'home', 'local', 'private'].includes(label);
}

function isPlaceholder(host: string): boolean {
  return /(?:^|\.)example\.(?:com|org|net)$|(?:^|\.)(?:test|invalid|example)$|^(?:your|my|changeme|todo|xxx)[.-]/.test(
    host,
  );
}

/** Whether an address belongs to telemetry rather than to the work: by the setting's name or by a port nobody else uses. */
export function isTelemetry({ address, meaning, ports }: AddressInContext): boolean {
  return meaning.telemetry || isTelemetryPort(address.port) || ports.some(isTelemetryPort);
}
