import { assert, constantFrom, array, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitBody } from '../../src/rollback/text/fit-body.ts';
import { parseMachineBlock, sealBody } from '../../src/rollback/text/machine-block.ts';
import { planFor } from '../forge/propose-world.ts';

const { plan } = planFor('a'.repeat(40));

describe('a body for a forge with a limit', () => {
  it('is left alone when it fits', () => {
    expect(fitBody(plan.body, plan.body.length)).toBe(plan.body);
  });

  it('keeps whole lines from the top, says that it was cut, and keeps the machine block', () => {
    const cut = fitBody(plan.body, 900);
    expect(cut.length).toBeLessThanOrEqual(900);
    expect(cut.startsWith(plan.body.slice(0, 200))).toBe(true);
    expect(cut).toContain('The rest does not fit here');
    expect(parseMachineBlock(cut)).toEqual(parseMachineBlock(plan.body));
  });

  it('ends a fence that was cut', () => {
    const cut = fitBody(`text\n\n\`\`\`\`diff\n${'+ line\n'.repeat(200)}\`\`\`\`\n`, 700);
    expect(cut.match(/^````/gm)).toHaveLength(2);
    expect(cut.trimEnd().endsWith('prints all of it.')).toBe(true);
  });

  it('never gets longer than its limit, whatever it holds', () => {
    const line = constantFrom('```', '~~~', '````````', 'text', '', '### x', '<!-- mooring {', '😀'.repeat(30));
    const fitsAlways = property(array(line, { maxLength: 300 }), integer({ min: 600, max: 4_000 }), (lines, limit) => {
      expect(fitBody(`${lines.join('\n')}\n${plan.body}`, limit).length).toBeLessThanOrEqual(limit);
    });
    assert(fitsAlways, { seed: 1, numRuns: 300 });
  });
});

describe('a sealed body', () => {
  it('tells its digest, and the rest as before', () => {
    const sealed = sealBody(plan.body, 'abc123');
    expect(parseMachineBlock(sealed)).toEqual({ ...parseMachineBlock(plan.body), digest: 'abc123' });
  });

  it('is left alone without a block, and takes no digest that is none', () => {
    expect(sealBody('text', 'abc')).toBe('text');
    expect(sealBody(plan.body, '"} -->')).toBe(plan.body);
  });
});
