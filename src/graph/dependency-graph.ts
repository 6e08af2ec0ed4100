import type { MultiDirectedGraph } from 'graphology';
import type { Ledger } from './claims/ledger.ts';
import type { EvidenceOptions } from './evidence/evidence.ts';
import type { CoverageTally, GraphEdge, GraphNode } from './graph-shapes.ts';
import type { Adjacency } from './impact/adjacency.ts';
import type { Landscape } from './landscape/landscape.ts';

/** How much the last build or update had to do; tests hold it to the size of the change. */
export interface GraphWork {
  readonly sources: number;
  readonly edges: number;
  readonly nodes: number;
}

/** A live graph. Read it through the functions of this folder; only `build-graph.ts` writes to it. */
export interface DependencyGraph {
  readonly nodes: MultiDirectedGraph<GraphNode, GraphEdge>;
  readonly adjacency: Adjacency;
  readonly landscape: Landscape;
  readonly ledger: Ledger;
  readonly tally: CoverageTally;
  readonly options: EvidenceOptions;
  /** What could not be read, in sentences. */
  unread: readonly string[];
  /** What sources of traffic did not tell, in sentences. */
  unobserved: readonly string[];
  builtAt: string;
  work: GraphWork;
}
