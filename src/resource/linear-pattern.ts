import { type CharacterTest, parsePattern, type PatternNode } from './pattern-syntax.ts';

/** A regular expression whose time is at most its size times the length of the text, whoever wrote it. */
export interface LinearPattern {
  test(text: string): boolean;
}

type Step =
  | { readonly kind: 'character'; readonly accepts: CharacterTest }
  | { readonly kind: 'begin' }
  | { readonly kind: 'end' }
  | { readonly kind: 'split'; readonly to: readonly number[] }
  | { readonly kind: 'found' };

/** Steps of one expression; counts such as `{1000}` are written out. */
const maxSteps = 5_000;

class TooLarge extends Error {}

/**
 * Compiles the part of the syntax of Go's regular expressions that has the same meaning everywhere: characters, classes, groups, choices,
 * repetition, `^`, `$`. Undefined for what it does not know, and for what would be too large: then nobody can say what it matches.
 */
export function compilePattern(pattern: string): LinearPattern | undefined {
  const tree = parsePattern(pattern);
  if (tree === undefined) return undefined;
  try {
    const steps: Step[] = [];
    emit(tree, steps);
    steps.push({ kind: 'found' });
    return { test: (text) => matches(steps, text) };
  } catch (error) {
    if (error instanceof TooLarge) return undefined;
    throw error;
  }
}

function emit(node: PatternNode, steps: Step[]): void {
  if (steps.length > maxSteps) throw new TooLarge();
  switch (node.kind) {
    case 'character':
      steps.push({ kind: 'character', accepts: node.accepts });
      return;
    case 'begin':
    case 'end':
      steps.push({ kind: node.kind });
      return;
    case 'sequence':
      for (const part of node.parts) emit(part, steps);
      return;
    case 'choice':
      emitChoice(node.choices, steps);
      return;
    case 'repeat':
      for (let count = 0; count < node.least; count += 1) emit(node.of, steps);
      if (node.most === null) emitLoop(node.of, steps);
      else for (let count = node.least; count < node.most; count += 1) emitOptional(node.of, steps);
  }
}

/** Each choice ends with a jump behind the last one. */
function emitChoice(choices: readonly PatternNode[], steps: Step[]): void {
  const jumps: number[] = [];
  for (const [index, choice] of choices.entries()) {
    const isLast = index === choices.length - 1;
    const fork = steps.length;
    if (!isLast) steps.push({ kind: 'split', to: [] });
    emit(choice, steps);
    if (isLast) continue;
    jumps.push(steps.length);
    steps.push({ kind: 'split', to: [] });
    steps[fork] = { kind: 'split', to: [fork + 1, steps.length] };
  }
  for (const jump of jumps) steps[jump] = { kind: 'split', to: [steps.length] };
}

function emitLoop(of: PatternNode, steps: Step[]): void {
  const fork = steps.length;
  steps.push({ kind: 'split', to: [] });
  emit(of, steps);
  steps.push({ kind: 'split', to: [fork] });
  steps[fork] = { kind: 'split', to: [fork + 1, steps.length] };
}

function emitOptional(of: PatternNode, steps: Step[]): void {
  const fork = steps.length;
  steps.push({ kind: 'split', to: [] });
  emit(of, steps);
  steps[fork] = { kind: 'split', to: [fork + 1, steps.length] };
}

/** Walks all ways at once; a step is entered once for each character. */
function matches(steps: readonly Step[], text: string): boolean {
  const characters = Array.from(text);
  let here: readonly number[] = [];
  for (let at = 0; at <= characters.length; at += 1) {
    // A match may begin anywhere.
    const reached = closure(steps, [...here, 0], { isBegin: at === 0, isEnd: at === characters.length });
    if (reached === 'found') return true;
    const character = characters[at];
    if (character === undefined) return false;
    here = reached.filter((step) => {
      const { kind, ...rest } = steps[step] ?? { kind: 'found' };
      return kind === 'character' && 'accepts' in rest && rest.accepts(character);
    });
    here = here.map((step) => step + 1);
  }
  return false;
}

interface Place {
  readonly isBegin: boolean;
  readonly isEnd: boolean;
}

/** The steps that wait for a character. */
function closure(steps: readonly Step[], from: readonly number[], place: Place): readonly number[] | 'found' {
  const seen = new Uint8Array(steps.length);
  const open = [...from];
  const waiting: number[] = [];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const step = steps[next];
    if (step === undefined || seen[next] === 1) continue;
    seen[next] = 1;
    if (step.kind === 'found') return 'found';
    if (step.kind === 'character') waiting.push(next);
    else if (step.kind === 'split') open.push(...step.to);
    else if (step.kind === 'begin' ? place.isBegin : place.isEnd) open.push(next + 1);
  }
  return waiting;
}
