import type { ImageLabels } from '../resource/image/image-config.ts';
import type { EdgeLayer } from './addresses/address.ts';

export const roles = ['workload', 'job', 'gateway', 'store', 'broker', 'external', 'monitoring', 'config'] as const;
export type NodeRole = (typeof roles)[number];

export const strengths = ['hard', 'soft', 'async', 'unknown'] as const;
export type Strength = (typeof strengths)[number];

/**
 * `declared`: a manifest says so. `permitted`: a NetworkPolicy allows it, which proves nothing. `observed`: traffic was measured.
 * `human`: an annotation or a catalogue says so. `image`: the configuration of a container's image does.
 */
export type EvidenceKind = 'declared' | 'permitted' | 'observed' | 'human' | 'image';

/** Why an edge is believed. `line` counts from 1. Never holds a credential. */
export interface Evidence {
  readonly kind: EvidenceKind;
  readonly what: string;
  readonly file: string | null;
  readonly line: number | null;
  /** Of configuration: when its reader sees a change, by itself (`live`, a mounted volume) or only after a restart. */
  readonly sees?: 'live' | 'restart' | undefined;
}

/** A node of CONTRACTS 2 plus what the blast radius needs. Written as a type, because graphology wants attributes with an index. */
export type GraphNode = {
  readonly id: string;
  readonly name: string;
  readonly namespace: string | null;
  readonly role: NodeRole;
  readonly resources: readonly string[];
  readonly owner: string | null;
  readonly tier: string | null;
  /** Reachable from outside the cluster: a gateway, a LoadBalancer, a NodePort. */
  readonly exposed: boolean;
  /** Wanted replicas of the workload; null when unknown or not a workload. */
  readonly replicas: number | null;
  /** What the images of its containers say of themselves; absent when none was read. */
  readonly images?: readonly NodeImage[];
  /** The entity of a catalogue that it is; absent when no catalogue says so. */
  readonly catalog?: NodeEntity;
};

/** `entity` and `system` are references of Backstage: `component:default/web`. */
export interface NodeEntity {
  readonly entity: string;
  readonly lifecycle: string | null;
  readonly system: string | null;
}

/** What an entity of a catalogue says of a node. */
export interface CatalogFact extends NodeEntity {
  readonly node: string;
  readonly owner: string | null;
  readonly tier: string | null;
}

/** An image with the labels of OCI that say whose it is; null for those that are not there. */
export interface NodeImage extends ImageLabels {
  readonly reference: string;
  readonly digest: string;
}

/** An edge of CONTRACTS 2. `from` calls, reads or routes to `to`. Times are RFC 3339. */
export type GraphEdge = {
  readonly from: string;
  readonly to: string;
  readonly layer: EdgeLayer;
  readonly protocol: string | null;
  readonly strength: Strength;
  /** From 0 to 1: how sure it is that the edge exists. */
  readonly confidence: number;
  /** Share of the caller's traffic, from 0 to 1, when measured. */
  readonly share: number | null;
  readonly evidence: readonly Evidence[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** What a mesh or a gateway does to its calls; absent when nothing says. Added when the graph is written out. */
  readonly resilience?: readonly EdgeGuard[];
};

/** How calls are limited, tried again, cut off or disturbed by configuration beside the programs: a mesh, a gateway. */
export const guardKinds = ['timeout', 'retries', 'breaker', 'limit', 'fault'] as const;
export type GuardKind = (typeof guardKinds)[number];

/** What configuration does to calls of `from` (null: of everybody) to `to`. */
export interface Guard {
  readonly from: string | null;
  readonly to: string;
  readonly kind: GuardKind;
  /** Milliseconds after which a call is given up, and how often it is tried in all, where that is what it says. */
  readonly timeoutMs?: number;
  readonly tries?: number;
  readonly evidence: Evidence;
}

/** The same as an edge tells it. `line` counts from 1. */
export interface EdgeGuard {
  readonly kind: GuardKind;
  readonly what: string;
  readonly file: string | null;
  readonly line: number | null;
}

/** A reference that leads nowhere, or that was switched off: no edge, but worth a look. */
export interface Finding {
  readonly from: string;
  readonly what: string;
  readonly why: string;
  readonly file: string | null;
  readonly line: number | null;
}

export interface Coverage {
  /** Workloads in the graph, and how many of them have at least one call, data or message edge. */
  readonly workloads: number;
  readonly withEvidence: number;
  /** What the graph cannot show, in sentences. */
  readonly notSeen: readonly string[];
  readonly findings: readonly Finding[];
  /** Once traffic is observed: edges that only manifests know (dead configuration?), and edges that only traffic knows (hidden dependency). */
  readonly neverObserved?: readonly UnseenCall[];
  readonly undeclared?: readonly UndeclaredCall[];
}

export interface EdgeEnds {
  readonly from: string;
  readonly to: string;
}

/** A declared call without traffic, though its caller's traffic is seen since then (RFC 3339). */
export interface UnseenCall extends EdgeEnds {
  readonly watchedSince: string;
}

/** A call that nothing but traffic tells of. Times are RFC 3339. */
export interface UndeclaredCall extends EdgeEnds {
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** Counted as the graph changes: whether each node that counts has evidence, and the sums. */
export interface CoverageTally {
  readonly status: Map<string, boolean>;
  withEvidence: number;
}

/** The document of CONTRACTS 2. */
export interface GraphDocument {
  readonly apiVersion: 'mooring.dev/v1';
  readonly kind: 'DependencyGraph';
  readonly builtAt: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly coverage: Coverage;
}

/** What one piece of evidence claims. `to` may be a node that no resource stands for: then `unseen` describes it. */
export interface Claim {
  readonly from: string;
  readonly to: string;
  readonly unseen?: GraphNode;
  readonly layer: EdgeLayer;
  readonly protocol: string | null;
  readonly strength: Strength;
  readonly confidence: number;
  readonly share?: number;
  /** RFC 3339, of observed claims: when the traffic was first and last seen. */
  readonly firstSeen?: string;
  readonly seenAt?: string;
  readonly evidence: Evidence;
}

/** One side of a topic or queue, as a workload names it. */
export interface TopicUse {
  /** Node of the broker. */
  readonly broker: string;
  readonly topic: string;
  readonly side: 'produces' | 'consumes';
  /** Node of the workload. */
  readonly from: string;
  readonly evidence: Evidence;
}
