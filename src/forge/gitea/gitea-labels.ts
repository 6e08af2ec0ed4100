import type { JsonValue } from '../../resource/json.ts';
import { stringAt } from '../../resource/json.ts';
import { callRepository, everyPage, type GiteaRepository, numberAt } from './gitea-api.ts';

/** The ids of labels by name; those that the repository lacks are made. */
export async function labelIds(
  repository: GiteaRepository,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly number[]> {
  if (names.length === 0) return [];
  const known = new Map((await everyPage(repository, 'labels', {}, signal)).flatMap(named));
  const ids: number[] = [];
  for (const name of new Set(names)) {
    const id = known.get(name) ?? (await makeLabel(repository, name, signal));
    if (id !== undefined) ids.push(id);
  }
  return ids;
}

async function makeLabel(repository: GiteaRepository, name: string, signal: AbortSignal): Promise<number | undefined> {
  const body = { name: name.slice(0, 50), color: '#2f6f8f', description: 'Set by Mooring' };
  const { value } = await callRepository(repository, { method: 'POST', path: 'labels', body }, signal);
  return numberAt(value, 'id');
}

function named(label: JsonValue): readonly [string, number][] {
  const [name, id] = [stringAt(label, 'name'), numberAt(label, 'id')];
  return name === undefined || id === undefined ? [] : [[name, id]];
}
