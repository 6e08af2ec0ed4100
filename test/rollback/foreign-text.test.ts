import { assert, constantFrom, array, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, fence, plain, prose } from '../../src/rollback/text/foreign-text.ts';
import { planRepair } from '../../src/rollback/plan-repair.ts';
import { parseMachineBlock } from '../../src/rollback/text/machine-block.ts';
import { difference, report, sha256 } from './reports.ts';

const attacks = [
  '@org/team',
  '#123',
  'fixes #1',
  '![x](http://track/x.png)',
  '[prod](javascript:alert(1))',
  '<!-- x -->',
  '-->',
  '</details>',
  '<img src=x onerror=alert(1)>',
  '```',
  '``````',
  '~~~',
  '|',
  '\\|',
  '\\',
  '`',
  '\nCo-authored-by: x <x@y>',
  '\n\nSigned-off-by: x',
  '[skip ci]',
  '/close',
  '\n/merge',
  '\u202E',
  '\u0000',
  '\uD800',
  'https://evil.example',
  'www.evil.example',
  '!1',
  '&1',
  '$1',
  '%1',
  '*b*',
  '_i_',
  '# h',
  '> q',
  '- l',
  '\r\n',
  '\u2028',
  'a'.repeat(5000),
];
const hostile = oneof(
  constantFrom(...attacks),
  array(oneof(constantFrom(...attacks), string()), { maxLength: 5 }).map((parts) => parts.join('')),
);

/** The text of a code span as CommonMark reads it: the longest-run rule, then one space off each end. */
function spanOf(markdown: string): string | undefined {
  const ticks = /^`+/.exec(markdown)?.[0] ?? '';
  const inner = markdown.slice(ticks.length, -ticks.length);
  if (!markdown.endsWith(ticks) || [...inner.matchAll(/`+/g)].some(([run]) => run.length === ticks.length))
    return undefined;
  return inner.startsWith(' ') && inner.endsWith(' ') && inner.trim() !== '' ? inner.slice(1, -1) : inner;
}

describe('foreign text', () => {
  it('in a code span is one span on one line that shows the text', () => {
    assert(
      property(hostile, (text) => {
        const markdown = code(text);
        expect(markdown).not.toMatch(/[\p{Cc}\u202E\u2028]/u);
        const span = spanOf(markdown);
        expect(span).toBeDefined();
        expect(markdown.replaceAll('\\|', '')).not.toContain('|');
        if (/^[\w .:@#/-]{1,100}$/.test(text) && text.trim() !== '') expect(span).toBe(text);
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  it('in a fence cannot end it', () => {
    assert(
      property(hostile, (text) => {
        const lines = fence(text, 'diff').split('\n');
        const ticks = /^`+/.exec(lines[0] ?? '')?.[0] ?? '';
        expect(lines.at(-1)).toBe(ticks);
        expect(lines.slice(1, -1).some((line) => line.includes(ticks))).toBe(false);
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  it('A24: in prose or in a title makes no markup, mention, reference, link or line of its own', () => {
    assert(
      property(hostile, (text) => {
        for (const made of [prose(text), plain(text)]) {
          expect(made).not.toMatch(/[\p{Cc}\u202E\u2028]/u);
          expect(made).not.toMatch(/[@#!&%$](?!\u200B)/);
        }
        expect(prose(text).replaceAll(/\\[\\`*_{}[\]<>|~^]/g, '')).not.toMatch(/[`*_{}[\]<>|~^]|:\/\/|www\./i);
        expect(plain(text)).not.toMatch(/[`<>[\]]/);
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  it('A25: in names, paths and values stays inside its place of a whole body and commit message', () => {
    assert(
      property(hostile, hostile, (name, value) => {
        const { plan, commitMessage } = planRepair({
          report: report(
            [
              difference(`metadata.labels."${name.replaceAll('"', '')}"`, {
                live: value,
                actor: { ...difference('x').actor, manager: value, why: name },
              }),
            ],
            { name, namespace: value },
          ),
          desired: null,
          live: null,
          files: [],
          prefix: '',
          rendering: 'plain',
          base: 'a'.repeat(40),
          earlier: [],
          blastRadius: { affected: [{ id: name, effect: value, probability: 1 }] },
          cluster: name,
          sanctionedManagers: [],
          hash: sha256,
        });
        expect(plan.title).not.toMatch(/[\n\r`<>]/);
        const outside = plan.body.replaceAll(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
        expect(outside.replaceAll(/\\[<[]/g, '').replaceAll(/<!-- mooring \{[\w":,%.~!*'()-]*\} -->/g, '')).not.toMatch(
          /[<[]|@(?!\u200B)|#\d/,
        );
        expect(outside.match(/<!--/g)).toHaveLength(1);
        expect(parseMachineBlock(plan.body)?.fingerprint).toBe(plan.fingerprint);
        const trailers = commitMessage.trimEnd().split('\n\n').at(-1)?.split('\n') ?? [];
        expect(trailers.map((line) => line.slice(0, line.indexOf(':')))).toEqual([
          'Mooring-Repair',
          'Mooring-Fingerprint',
        ]);
        expect(commitMessage).not.toMatch(/^\s*(co-authored-by|signed-off-by|\/)|\[skip/im);
      }),
      { numRuns: 1000, seed: 3 },
    );
  });
});
