import { parseJson, stringAt } from '../../../src/resource/json.ts';
import type { Plane } from '../../../tools/plane/start-plane.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Every state that really was: which versions of which object, and which objects were ever absent. */
export interface Journal {
  /** Makes, changes or deletes one object at random and notes what became of it. A server that is away is no error. */
  write(): Promise<void>;
  /** Whether an object was ever at this version; null asks whether it was ever absent. */
  existed(name: string, version: string | null): boolean;
  readonly writes: number;
}

const path = '/api/v1/namespaces/default/configmaps';
const names = Array.from({ length: 40 }, (_, index) => `soak-${index}`);

export function createJournal(request: Plane['request'], random: SeededRandom): Journal {
  const versions = new Map<string, Set<string>>(names.map((name) => [name, new Set()]));
  /** A write that got no answer may have happened: what it made is learned from the next read. */
  const doubtful = new Set<string>();
  let writes = 0;

  const note = async (name: string, body: string): Promise<void> => {
    const version = stringAt(parseJson(body), 'metadata', 'resourceVersion');
    if (version !== undefined) versions.get(name)?.add(version);
  };

  /** Asks what became of a write that got no answer, before another one hides it. */
  const settle = async (name: string): Promise<void> => {
    const { status, body } = await request('GET', `${path}/${name}`);
    if (status !== 200 && status !== 404) throw new Error(`the server answered with ${status}`);
    if (status === 200) await note(name, body);
    doubtful.delete(name);
  };

  const writeOne = async (name: string): Promise<void> => {
    if (doubtful.has(name)) await settle(name);
    if (random.next() < 0.3) {
      await request('DELETE', `${path}/${name}`);
      return;
    }
    const value = `${random.integer(1_000_000)} ${'é'.repeat(random.integer(400))}`;
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } };
    const updated = await request('PUT', `${path}/${name}`, body);
    const answer = updated.status === 404 ? await request('POST', path, body) : updated;
    if (answer.status >= 500) doubtful.add(name);
    if (answer.status < 300) await note(name, answer.body);
  };

  return {
    async write() {
      const name = random.pick(names);
      writes += 1;
      try {
        await writeOne(name);
      } catch {
        doubtful.add(name);
      }
    },
    existed(name, version) {
      // An object may be absent before it is made, and after each deletion: absence is always a state of the past.
      if (version === null || doubtful.has(name)) return true;
      return versions.get(name)?.has(version) ?? true;
    },
    get writes() {
      return writes;
    },
  };
}
