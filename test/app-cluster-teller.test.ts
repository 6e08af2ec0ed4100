import { describe, expect, test, vi } from 'vitest';
import { ClusterTeller } from '../src/app-cluster-teller.ts';
import type { ClusterFacts } from '../src/collectors/render/cluster-facts.ts';
import type { Rendering } from '../src/collectors/render/manifest-renderer.ts';
import { AppError } from '../src/errors/app-error.ts';
import { inputOf } from './collectors/render/render-tree.ts';

const { signal } = new AbortController();
const chart = { 'web/Chart.yaml': 'name: web\n' };
const rendering: Rendering = { resources: [], gaps: [], unstable: [], inputs: [], texts: new Map() };
const at = (kubeVersion: string, ...apiVersions: readonly string[]): ClusterFacts => ({ kubeVersion, apiVersions });
const silent = new AppError({ code: 'cluster-unreachable', what: 'cannot ask', why: 'no answer', remedy: 'Wait' });

function teller(facts: () => Promise<ClusterFacts | null>) {
  const told: ClusterFacts[] = [];
  const made = new ClusterTeller((each) => {
    told.push(each);
    return { render: () => Promise.resolve(rendering) };
  }, facts);
  return { made, told };
}

describe('a chart', () => {
  test('is rendered for the cluster as it is, and again when that has become another', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    let now = at('v1.36.0', 'a/v1');
    const { made, told } = teller(() => Promise.resolve(now));
    await made.render(await inputOf(chart, 'web'), signal);
    expect(await made.isCurrent(signal)).toBe(true);
    now = at('v1.36.0', 'a/v1', 'b/v1');
    vi.advanceTimersByTime(61_000);
    expect(await made.isCurrent(signal)).toBe(false);
    await made.render(await inputOf(chart, 'web'), signal);
    expect(told).toEqual([at('v1.36.0', 'a/v1'), now]);
    expect(await made.isCurrent(signal)).toBe(true);
    vi.useRealTimers();
  });

  test('is rendered for none, with a gap, while nobody answers, and never told so twice as another', async () => {
    const { made, told } = teller(() => Promise.reject(silent));
    const input = await inputOf(chart, 'web');
    const first = await made.render(input, signal);
    expect(first.gaps).toEqual([{ what: 'the versions of the cluster', why: 'no answer', remedy: 'Wait', scope: {} }]);
    expect(await made.render(input, signal)).toBe(first);
    expect(told).toEqual([{ kubeVersion: null, apiVersions: [] }]);
  });

  test('asks nobody for a kustomization, or where there is no cluster', async () => {
    const ask = vi.fn<() => Promise<null>>(() => Promise.resolve(null));
    const { made } = teller(ask);
    await made.render(await inputOf({ 'a/kustomization.yaml': '' }, 'a'), signal);
    expect(ask).not.toHaveBeenCalled();
    expect((await made.render(await inputOf(chart, 'web'), signal)).gaps).toEqual([]);
  });
});
