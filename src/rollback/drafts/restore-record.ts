import type { ResourceReport } from '../../drift/drift-report.ts';
import { pairLines, type FileStyle } from '../edit/new-nodes.ts';
import type { JsonObject, JsonValue } from '../../resource/json.ts';
import { showActor } from '../text/show-actor.ts';

export interface RestoreRecordInput {
  readonly object: string;
  readonly fingerprint: string;
  readonly base: string | null;
  readonly report: ResourceReport;
  readonly reasons: readonly string[];
}

/** Where the record of a restore is kept. Directories that start with a dot hold no manifests. */
export function restoreRecordFile(fingerprint: string): string {
  return `.mooring/restores/${fingerprint}.yaml`;
}

/**
 * The change record whose merge approves a restore. The manifests stay as they are; approval, reason and evidence are in Git.
 * It holds paths, never values: a value may be one that nobody should read.
 */
export function restoreRecord(input: RestoreRecordInput): string {
  const { report } = input;
  const document: JsonObject = {
    record: 'mooring.dev/v1 restore',
    object: input.object,
    fingerprint: input.fingerprint,
    plannedOn: input.base,
    wholeObject: report.drift === 'changed' ? null : report.drift,
    fields: report.differences.map(
      (difference): JsonValue => ({
        path: difference.path,
        change: difference.change,
        by: showActor(difference.actor),
        until: difference.actor.at ?? difference.actor.notAfter,
      }),
    ),
    reasons: input.reasons,
  };
  const lines = Object.entries(document).flatMap(([key, value]) => pairLines(key, value, recordStyle));
  const head = [
    '# Merging this file approves putting the live object back to what Git says.',
    '# Written by Mooring; it is no manifest.',
  ];
  return `${[...head, ...lines].join('\n')}\n`;
}

const recordStyle: FileStyle = { step: 2, listOffset: 0, quote: '"', eol: '\n', json: false, flowPad: false };
