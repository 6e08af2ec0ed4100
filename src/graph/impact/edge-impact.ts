import { wordsOf } from '../addresses/key-meaning.ts';
import type { GraphEdge, GraphNode } from '../graph-shapes.ts';

/** What the failure of a callee does to one caller: how likely the caller breaks, and how likely it notices at all. From 0 to 1. */
export interface Impact {
  readonly breaks: number;
  readonly notices: number;
  /** Where the figure comes from, for people. */
  readonly why: string;
}

/**
 * Words of features that programs usually do without. A prior from experience, used only where no evidence says anything; the strength
 * of such an edge stays "unknown".
 */
const optionalWords =
  /^(?:ad|ads|advert\w{0,10}|banner|banners|recommend\w{0,10}|suggest\w{0,10}|e?mail|mailer|email\w{0,8}|newsletter|notif\w{0,10}|sms|push|analytics|tracking|stats|statistics|review|reviews|rating|ratings|comment|comments|feedback|related|trending|personali[sz]ation|assistant|chatbot|promo|promotion|promotions|thumbnail|avatar|avatars)$/;

/**
 * Priors for edges of unknown strength. 0.8: of 28 edges of four public demo applications whose source was read, 22 are hard (79 %;
 * Online Boutique 13 of 16, Bookinfo 0 of 3). Stores are dearer: no data, no answer. A few dozen labels of demo applications are a
 * weak base, which is why the reason of every step says "unknown".
 */
const unknownBreaks = { data: 0.88, call: 0.8, message: 0.3, route: 0.97, config: 0.7, operations: 0.02 } as const;

/** The impact of an edge whose callee `to` has failed. */
export function impactOf(edge: GraphEdge, from: GraphNode, to: GraphNode): Impact {
  const given = edge.evidence.every(({ kind }) => kind === 'permitted') ? permitted : byStrength(edge, from, to);
  const share = shareFactor(edge);
  return {
    breaks: given.breaks * edge.confidence * share,
    notices: given.notices * edge.confidence,
    why: given.why,
  };
}

/** Little traffic makes a break less likely to matter, but a rare path may be the checkout: the factor never falls below a half. */
function shareFactor({ share }: GraphEdge): number {
  return share === null ? 1 : Math.min(1, 0.5 + share * 2);
}

const permitted: Impact = { breaks: 0.3, notices: 0.5, why: 'only permitted by a NetworkPolicy, no call seen' };

function byStrength(edge: GraphEdge, from: GraphNode, to: GraphNode): Impact {
  if (edge.layer === 'operations')
    return { breaks: 0.02, notices: 0.1, why: 'telemetry or an admin page, not the work itself' };
  if (edge.layer === 'route' && edge.strength === 'async')
    return { breaks: 0, notices: 0.05, why: 'a copy of the traffic: nobody waits for an answer' };
  switch (edge.strength) {
    case 'hard':
      return { breaks: 0.97, notices: 0.99, why: 'hard dependency' };
    case 'soft':
      return { breaks: 0.05, notices: 0.9, why: 'soft dependency: the caller goes on without it' };
    case 'async':
      return { breaks: 0.15, notices: 0.8, why: 'asynchronous: work queues up or is lost' };
    case 'unknown':
      return ofUnknown(edge, from, to);
  }
}

function ofUnknown(edge: GraphEdge, from: GraphNode, to: GraphNode): Impact {
  if (edge.layer === 'call' && from.role !== 'gateway' && wordsOf(to.name).some(isOptional)) {
    return { breaks: 0.3, notices: 0.9, why: 'strength unknown; by its name a feature that callers often do without' };
  }
  const kind = edge.layer === 'data' ? 'stores' : 'calls';
  return {
    breaks: unknownBreaks[edge.layer],
    notices: 0.95,
    why: `strength unknown; most ${kind} turn out to be hard`,
  };
}

/** `adservice` and `ad-service` alike: a trailing "service" is cut off first. */
function isOptional(word: string): boolean {
  return optionalWords.test(word) || optionalWords.test(word.replace(/(?:service|svc)$/, ''));
}

/** Costs are -32 ln p, rounded: one step is 3 %, the 255th stands for never. */
export const costScale = 32;
export const never = 255;
/** A node breaks when that is more likely than not, and degrades from 30 %. */
export const breakingCost = Math.floor(-Math.log(0.5) * costScale);
export const degradingCost = Math.floor(-Math.log(0.3) * costScale);

export function costOf(probability: number): number {
  if (probability <= 0) return never;
  // At least one step, or a circle of sure edges would cost nothing and a path could turn in it.
  return Math.max(1, Math.min(never, Math.round(-Math.log(Math.min(1, probability)) * costScale)));
}

export function packCosts(impact: Impact): number {
  return costOf(impact.breaks) * 256 + costOf(impact.notices);
}
