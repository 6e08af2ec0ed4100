import { Document, visit } from 'yaml';
import { isJsonObject, type JsonObject, objectAt, stringAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import { describeResourceId } from '../../../resource/resource-id.ts';
import type { Gap, UnstablePath } from '../../../resource/snapshot.ts';
import { identifyResources } from '../../identify-resource.ts';
import { readPlainScalar, readYamlDocument, YamlProblem } from '../../kubernetes-yaml.ts';
import { renderFailed } from '../../render/refusal.ts';
import { unstablePaths } from '../../render/unstable-paths.ts';
import type { Substitution } from '../discovered-source.ts';
import { discoveryGap } from '../discovery-gap.ts';
import { BadSubstitution, expandVariables } from './expand-variables.ts';

export interface Substituted {
  readonly resources: readonly Resource[];
  readonly gaps: readonly Gap[];
  /** What a value of a Secret fills. */
  readonly unstable: readonly UnstablePath[];
}

/**
 * The variables of `postBuild` put into rendered objects, as Flux does: in the text of each, so that a value can become a number or
 * several lines. Values of Secrets are stood in for twice, and where the results differ nothing can be judged. Throws AppError
 * `render-failed` for what Flux refuses as a whole.
 */
export function substituteVariables(
  resources: readonly Resource[],
  substitution: Substitution,
  source: string,
): Substituted {
  const { variables, hidden, always } = substitution;
  if (Object.keys(variables).length === 0 && hidden?.length === 0 && !always)
    return { resources, gaps: [], unstable: [] };
  const read: Resource[] = [];
  const twins: Resource[] = [];
  const gaps: Gap[] = [];
  for (const resource of resources) {
    const [first, second] = ['1', '2'].map((stand) => substituteOne(resource, substitution, stand, source));
    if (first === undefined || second === undefined) continue;
    if (isSameIdentity(first, second)) {
      read.push(first);
      twins.push(second);
    } else {
      const what = `${describeResourceId(resource.id)} of ${source}`;
      gaps.push(
        discoveryGap(
          what,
          'a value of a Secret is part of its name, and those are not read',
          'Keep names out of Secrets',
        ),
      );
    }
  }
  return { resources: read, gaps, unstable: unstablePaths(read, twins) };
}

const switchKey = 'kustomize.toolkit.fluxcd.io/substitute';

function substituteOne(
  resource: Resource,
  substitution: Substitution,
  stand: string,
  source: string,
): Resource | undefined {
  const { body } = resource;
  const isOff = ['labels', 'annotations'].some(
    (kind) => stringAt(objectAt(body, 'metadata', kind), switchKey) === 'disabled',
  );
  if (isOff) return resource;
  const text = textOf(body);
  if (!text.includes('$')) return resource;
  try {
    const value = readYamlDocument(
      expandVariables(text, (name) => valueOf(name, substitution, stand)),
      true,
    );
    const [found] = isJsonObject(value) ? identifyResources(value, resource.origin) : [];
    if (found?.kind === 'resource') return found.resource;
    throw new BadSubstitution('the result is no object');
  } catch (error) {
    if (!(error instanceof BadSubstitution) && !(error instanceof YamlProblem)) throw error;
    throw renderFailed(source, `variables cannot be put into ${describeResourceId(resource.id)}: ${error.message}`);
  }
}

function valueOf(name: string, { variables, hidden }: Substitution, stand: string): string | undefined {
  const held = Object.hasOwn(variables, name) ? variables[name] : undefined;
  const isHidden = hidden === null ? held === undefined : hidden.includes(name);
  return isHidden ? `mooring-hidden-${stand}` : held;
}

/** The text Flux would substitute in: block style, plain scalars where they can be, single quotes where they cannot, nothing folded. */
function textOf(body: JsonObject): string {
  const document = new Document(body, { version: '1.1', aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      const { value } = node;
      if (typeof value === 'string' && (value === '<<' || readPlainScalar(value) !== value)) node.type = 'QUOTE_SINGLE';
    },
  });
  return document.toString({ lineWidth: 0, singleQuote: true });
}

function isSameIdentity(left: Resource, right: Resource): boolean {
  return left.id.name === right.id.name && left.id.namespace === right.id.namespace && left.id.kind === right.id.kind;
}
