import type { GitAnswer, GitQuestion } from '../discovered-source.ts';
import type { TemplateStyle } from './render-template.ts';

export interface GeneratorInput {
  readonly style: TemplateStyle;
  readonly answers: ReadonlyMap<string, GitAnswer>;
  /** Gets what has to be answered first. */
  readonly ask: (question: GitQuestion) => void;
}
