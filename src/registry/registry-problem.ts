import type { ImageProblem } from '../collectors/image-source.ts';

/** Why a registry could not be read. Ends at the door of this folder: `registry-images.ts` makes an answer of it. */
export class RegistryProblem extends Error {
  readonly problem: ImageProblem;
  readonly retryAfterMs: number | null;

  constructor(problem: ImageProblem, why: string, retryAfterMs: number | null = null) {
    super(why);
    this.name = 'RegistryProblem';
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}
