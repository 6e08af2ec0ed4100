import { setTimeout as sleep } from 'node:timers/promises';
import type { Plane } from '../../../tools/plane/start-plane.ts';
import type { Fault, FaultProxy } from '../../kubernetes/fault-proxy.ts';
import type { SeededRandom } from './seeded-random.ts';

/** One fault: it begins, lasts, and is gone when the promise resolves. Named after the fault list where that has a number. */
export interface SoakFault {
  readonly name: string;
  run(): Promise<void>;
}

export interface FaultStage {
  readonly plane: Plane;
  readonly proxy: FaultProxy;
  /** Drawn from once a fault, in the order of the faults. */
  readonly random: SeededRandom;
  /** Drawn from as often as traffic asks for it. */
  readonly chance: SeededRandom;
}

export function soakFaults({ plane, proxy, random, chance }: FaultStage): readonly SoakFault[] {
  const isWatch = (url: URL): boolean => url.searchParams.has('watch');
  const through = async (choose: (url: URL) => Fault | undefined, ms: number): Promise<void> => {
    proxy.fault = ({ url }) => choose(url);
    proxy.tear();
    await sleep(ms);
    proxy.fault = () => undefined;
  };
  const lasting = (): number => 200 + random.integer(2_500);
  const answering = (name: string, status: number, body = ''): SoakFault => ({
    name,
    run: () => through(() => ({ kind: 'answer', status, body, headers: { 'retry-after': '1' } }), lasting()),
  });
  const onWatches = (name: string, fault: () => Fault): SoakFault => ({
    name,
    run: () => through((url) => (isWatch(url) ? fault() : undefined), lasting()),
  });
  const restart = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    await plane.apiserver.stop(signal);
    await sleep(lasting());
    plane.apiserver.start();
    await plane.waitUntilReady();
  };
  return [
    { name: 'F1 kill', run: () => restart('SIGKILL') },
    { name: 'F2 stop', run: () => restart('SIGTERM') },
    {
      name: 'F3 compaction while away',
      run: async () => {
        await through((url) => (isWatch(url) ? { kind: 'reset' } : undefined), lasting());
        await plane.compact();
        proxy.tear();
      },
    },
    {
      name: 'F5 dead path',
      run: async () => {
        proxy.freeze();
        await sleep(lasting());
        proxy.thaw();
      },
    },
    { name: 'torn', run: async () => proxy.tear() },
    onWatches('F6 slow', () => ({ kind: 'slow', bytes: 64, ms: 5 })),
    onWatches('F7 cut', () => ({ kind: 'cut', afterBytes: 1 + chance.integer(3_000) })),
    answering('F8 429', 429),
    answering('F10 503', 503),
    answering('F10 page', 502, '<html>bad gateway</html>'),
    onWatches('F10 empty', () => ({ kind: 'answer', status: 200, body: '' })),
    onWatches('garbage', () => ({ kind: 'lines', change: (line) => [line, 'garbage'] })),
    onWatches('410', () => ({ kind: 'answer', status: 410 })),
    onWatches('F19 replay', () => {
      // Of this stream alone: what another one held when it was torn may be news to its successor.
      let last = '';
      return {
        kind: 'lines',
        change: (line) => {
          const replayed = last === '' ? [line] : [line, last, line];
          last = line;
          return replayed;
        },
      };
    }),
    onWatches('F15 forbidden', () => ({ kind: 'answer', status: 403 })),
    onWatches('F13 gone', () => ({ kind: 'answer', status: 404 })),
    onWatches('F11 unauthorized', () => ({ kind: 'answer', status: 401 })),
  ];
}
