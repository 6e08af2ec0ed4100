import { isSopsDocument } from '../../resource/sops.ts';
import type { RepairRefusal } from '../repair-plan.ts';
import type { RepairRequest } from '../repair-request.ts';

/** SOPS signs what it leaves readable, too: whoever edits that without the key makes the whole document unreadable. */
export function signedBySops({ desired }: RepairRequest): RepairRefusal | null {
  if (desired === null || !isSopsDocument(desired.body)) return null;
  return {
    code: 'signed-by-sops',
    why: 'SOPS signs the whole document, so nobody can edit it without the key',
    remedy: 'Edit it with sops, or restore',
  };
}
