import type { ResourceReport } from '../../drift/drift-report.ts';
import { type RepairDraft, refusedDraft } from './repair-draft.ts';
import { showActor } from '../text/show-actor.ts';

/** A pull request cannot stop another writer: name both, and what ends the fight. */
export function botFightDraft(report: ResourceReport): RepairDraft {
  const writers = [...new Set(report.differences.map(({ actor }) => showActor(actor)))].join(', ');
  const fields = report.differences
    .map(({ path }) => path)
    .slice(0, 5)
    .join(', ');
  const changes = report.differences.map(({ path, live }) => ({ path, live, target: live }));
  return refusedDraft(changes, {
    code: 'other-writer',
    why: `${writers} and the engine that applies Git both write ${fields}`,
    remedy: 'Suspend the other writer, or leave the field to it: remove it from Git, or ask for adopt',
  });
}
