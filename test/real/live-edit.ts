import { runTool } from './run-tool.ts';

/** A hand edit of a live object. `sed` changes the YAML that `kubectl edit` shows, as a person in an editor would. */
export interface LiveEdit {
  readonly kind: string;
  readonly sed: string;
  /** Such as `--field-manager=dashboard` or `--save-config`. */
  readonly flags?: readonly string[];
}

/** Makes the edit with the real `kubectl edit`. Throws when it changes nothing. */
export async function editLive(namespace: string, name: string, edit: LiveEdit): Promise<void> {
  const { kind, sed, flags = [] } = edit;
  const said = await runTool('kubectl', ['-n', namespace, 'edit', kind, name, ...flags], {
    environment: { KUBE_EDITOR: `sed -i -e '${sed}'` },
  });
  if (!said.endsWith(' edited\n')) throw new Error(`${kind} ${name} was not edited by ${sed}: ${said}`);
}
