import type { Address, EdgeLayer } from '../../addresses/address.ts';
import { findAddresses } from '../../addresses/find-addresses.ts';
import { type KeyMeaning, keyMeaning, wordsOf } from '../../addresses/key-meaning.ts';
import type { NodeRole, Strength } from '../../graph-shapes.ts';
import { factsOf } from '../../landscape/node-facts.ts';
import type { View } from '../../landscape/view.ts';
import { layerBetween } from './address-layer.ts';
import {
  evidenceOf,
  type EvidenceOptions,
  findingAt,
  type Found,
  nothing,
  ownNode,
  type SharedClaim,
  type Source,
} from '../evidence.ts';
import { type AddressInContext, isTelemetry, judgeAddress } from './judge-address.ts';
import { isOwnAddress } from './own-address.ts';
import { topicUses } from './topic-uses.ts';
import { switchedOff } from './switched-off.ts';
import type { DeclaredSetting } from './declared-setting.ts';
import { type SettingGroup, workloadSettings } from './workload-settings.ts';

/** What the environment, arguments, files and probes of a workload say it depends on. */
export function workloadAddresses(source: Source, view: View, options: EvidenceOptions): Found {
  const workload = view.landscape.workloads.get(source.key);
  if (workload === undefined) return nothing;
  const from = ownNode(source, view);
  const { role, protocol: own } = factsOf(view.landscape, from);
  const found: Found = { claims: [], findings: [] };
  const groups = workloadSettings(workload, view, options);
  const off = switchedOff(groups);
  const mentions = groups.flatMap((group) => mentionsIn(group, { namespace: source.namespace, own }));
  const books = booksOf(mentions);
  for (const mention of mentions) {
    const book = mention.setting.document === null ? undefined : books.get(mention.setting.document);
    report(mention, { source, from, role, off, found, view, options, ...(book === undefined ? {} : { book }) });
  }
  const brokers = new Set(found.claims.filter(({ layer }) => layer === 'message').map(({ to }) => to));
  const [broker, another] = brokers;
  if (broker === undefined || another !== undefined) return found;
  const settings = groups.flatMap((group) => group.settings);
  return { ...found, topics: topicUses(settings, { from, broker, options }) };
}

interface Mention {
  readonly setting: DeclaredSetting;
  readonly context: AddressInContext;
  readonly waits: boolean;
}

function mentionsIn(group: SettingGroup, caller: Pick<AddressInContext, 'namespace' | 'own'>): Mention[] {
  return group.settings.flatMap((setting, at) => {
    const meaning = keyMeaning(setting.key);
    return findAddresses(setting, meaning).map((address) => {
      const own = address.key === setting.key ? meaning : keyMeaning(address.key);
      const ports = address.port === null ? neighbourPorts(group.settings, at) : [];
      return {
        setting,
        waits: group.waits,
        context: {
          address,
          meaning: own,
          ports,
          origin: setting.image === undefined ? group.origin : 'image',
          ...caller,
        },
      };
    });
  });
}

/** A document is known by the hosts it lists: charts give every workload its own copy of the same list. */
function booksOf(mentions: readonly Mention[]): ReadonlyMap<string, string> {
  const hosts = new Map<string, Set<string>>();
  for (const { setting, context } of mentions) {
    if (setting.document === null) continue;
    hosts.set(setting.document, (hosts.get(setting.document) ?? new Set()).add(context.address.host));
  }
  return new Map([...hosts].map(([document, names]) => [document, [...names].toSorted().join(' ')]));
}

interface Reading {
  readonly source: Source;
  readonly from: string;
  readonly role: NodeRole;
  readonly book?: string;
  readonly off: (meaning: KeyMeaning) => string | null;
  readonly found: Found;
  readonly view: View;
  readonly options: EvidenceOptions;
}

function report(
  { setting, context, waits }: Mention,
  { source, from, role, off, found, view, options, book }: Reading,
): void {
  const judgement = judgeAddress(context, view);
  if (judgement.kind === 'nothing' || (judgement.kind === 'edge' && judgement.to === from)) return;
  if (
    judgement.kind === 'edge' &&
    judgement.facts.role === 'gateway' &&
    isOwnAddress(view, judgement.to, from, context.address)
  )
    return;
  // Joined, not concatenated: tens of thousands of these are kept, and a joined text is one piece of memory.
  const place = setting.image === undefined ? [] : [' in ', setting.image];
  const what = [setting.what, ' = ', shown(context.address), ...place].join('');
  const kind = setting.image === undefined ? 'declared' : 'image';
  const evidence = evidenceOf(kind, what, { resource: setting.source, path: setting.path, options });
  const disabledBy = off(context.meaning);
  if (judgement.kind === 'finding' || disabledBy !== null) {
    const why = judgement.kind === 'finding' ? judgement.why : `switched off by ${disabledBy}`;
    found.findings.push(findingAt(evidence, from, why));
    return;
  }
  const { to, unseen, facts, protocol, confidence } = judgement;
  const layer = layerBetween(role, facts.role, protocol, isTelemetry(context));
  const claim: SharedClaim = {
    from,
    to,
    ...(unseen === null ? {} : { unseen }),
    layer,
    protocol,
    strength: strengthOf(layer, waits, context),
    confidence: confidence * trustIn(setting, source),
    evidence,
    ...(book === undefined ? {} : { book }),
  };
  found.claims.push(claim);
}

/** A file is one step away from the workload; what an image holds may be a default that something else replaces. */
function trustIn({ document, source: holder, image }: DeclaredSetting, { resource }: Source): number {
  if (image !== undefined) return 0.9;
  return document === null || resource === holder ? 1 : 0.97;
}

const flagWords: ReadonlySet<string> = new Set(
  'flagd openfeature unleash launchdarkly flipt growthbook flagsmith configcat'.split(' '),
);

/** A pod that waits for a callee cannot start without it; feature-flag clients fall back to defaults by contract; the rest is not known. */
function strengthOf(layer: EdgeLayer, waits: boolean, { address, meaning }: AddressInContext): Strength {
  if (layer === 'operations') return 'soft';
  if (layer === 'message') return 'async';
  if ([...meaning.subject, ...wordsOf(address.host)].some((word) => flagWords.has(word))) return 'soft';
  return waits ? 'hard' : 'unknown';
}

/** The address without anything that could be a credential. */
function shown({ host, port, form, protocol }: Address): string {
  const place = port === null ? host : `${host}:${port}`;
  return form === 'url' && protocol !== null ? `${protocol}://${place}` : place;
}

const furthest = 8;

/** Ports that stand beside a host: `CART_PORT` to `CART_HOST`, `port_value` to `address`, the nearest first. */
function neighbourPorts(settings: readonly DeclaredSetting[], at: number): number[] {
  const own = stem(settings[at]?.key ?? '');
  const near: { readonly distance: number; readonly port: number }[] = [];
  for (let index = Math.max(0, at - furthest); index <= Math.min(settings.length - 1, at + furthest); index++) {
    const setting = settings[index];
    if (setting === undefined || index === at || !/^\d{1,5}$/.test(setting.value)) continue;
    const words = wordsOf(setting.key);
    const port = words.indexOf('port');
    if (port < 0 || !isSame(own, words.slice(0, port))) continue;
    near.push({ distance: Math.abs(index - at - 0.25), port: Number(setting.value) });
  }
  return near.toSorted((one, other) => one.distance - other.distance).map(({ port }) => port);
}

/** Words before the one that says "host". */
function stem(key: string): string[] {
  const words = wordsOf(key);
  const last = words.findLastIndex((word) => /^(?:host|hostname|addr|address|server|endpoint|url|service)$/.test(word));
  return last < 0 ? words : words.slice(0, last);
}

/** `JAEGER_UI_PORT` goes with `JAEGER_HOST`: the port may be more exact than the host. */
function isSame(host: readonly string[], port: readonly string[]): boolean {
  return host.length <= port.length && host.every((word, at) => port[at] === word) && port.length - host.length <= 1;
}
