/** Why a manifest is not edited. Every code has a remedy that a person can follow; codes are never reused. */
export const editRefusals = {
  'file-too-large': 'Edit the file by hand, or split it',
  'file-not-text': 'Convert the file to UTF-8',
  'not-parseable': 'Repair the YAML first',
  'object-not-found': 'Check that the file still declares the object',
  'object-ambiguous': 'Remove the second declaration of the object',
  'path-not-found': 'Edit the field by hand where it comes from',
  'shared-anchor': 'Edit the anchor by hand, or write the value out where it is used',
  'merged-key': 'Remove the merge key, or edit the anchor it names',
  'unusual-key': 'Rewrite the key in the ordinary `key: value` form',
  'unusual-tag': 'Write the value without the tag',
  'shared-line': 'Put the field on a line of its own',
  'not-exact': 'Edit the file by hand; the automatic edit would have changed more than asked',
} as const;

export type EditRefusalCode = keyof typeof editRefusals;

/** Thrown inside `edit/` only; `editManifest` turns it into its `refused` outcome. */
export class EditRefused extends Error {
  readonly code: EditRefusalCode;

  constructor(code: EditRefusalCode, why: string) {
    super(why);
    this.name = 'EditRefused';
    this.code = code;
  }
}
