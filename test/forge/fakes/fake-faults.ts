import type { Faults } from '../forge-world.ts';
import type { FakeAnswer } from './fake-host.ts';

/** What is sent as it is, whatever a forge would say. */
export interface RawAnswer {
  readonly raw: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

interface Passing {
  /** The same for the same question. */
  readonly key: string;
  readonly isWrite: boolean;
}

/** Trouble on the way to a fake, as the contract orders it. */
export function createFaults(): {
  readonly faults: Faults;
  readonly pass: (request: Passing, answer: () => FakeAnswer) => FakeAnswer | RawAnswer;
} {
  let refusal: { status: number; times: number; headers: Readonly<Record<string, string>> } | undefined;
  let lost: number | undefined;
  let stale = 0;
  let writes = 0;
  const remembered = new Map<string, FakeAnswer>();
  return {
    faults: {
      refuse: (status, times, headers = {}) => void (refusal = { status, times, headers }),
      loseAnswer: (status) => void (lost = status),
      staleReads: (times) => void (stale = times),
      writes: () => writes,
    },
    pass({ key, isWrite }, answer) {
      if (refusal !== undefined && refusal.times > 0) {
        refusal.times -= 1;
        return { raw: '<html>refused</html>', status: refusal.status, headers: refusal.headers };
      }
      const old = isWrite ? undefined : remembered.get(key);
      if (stale > 0 && old !== undefined) {
        stale -= 1;
        return old;
      }
      const given = answer();
      if (!isWrite) {
        remembered.set(key, given);
        return given;
      }
      writes += 1;
      const status = lost;
      lost = undefined;
      return status === undefined ? given : { raw: '', status, headers: {} };
    },
  };
}
