import { arrayAt, isJsonObject, type JsonObject, objectAt, stringAt } from '../../../resource/json.ts';
import type { Resource } from '../../../resource/resource.ts';
import type { Gap } from '../../../resource/snapshot.ts';
import { readValue } from '../argo/argo-installation.ts';
import type { GitAnswer, GitQuestion } from '../discovered-source.ts';
import { discoveryGap, nameOf } from '../discovery-gap.ts';
import { mergeDeep } from './flatten-params.ts';
import { type Generated, generateParams } from './generate-params.ts';
import { fillObject, fillText, styleOf, type TemplateStyle } from './render-template.ts';
import { TemplateProblem } from './template-problem.ts';

export interface SetInput {
  readonly sets: readonly Resource[];
  /** The Applications that exist. */
  readonly live: readonly Resource[];
  readonly answers: ReadonlyMap<string, GitAnswer>;
}

export interface SetReading {
  /** Applications that the sets call for and that do not exist. */
  readonly applications: readonly Resource[];
  readonly gaps: readonly Gap[];
  readonly questions: readonly GitQuestion[];
}

/** What ApplicationSets call for beyond the Applications that exist; those are taken as they are. */
export function readApplicationSets({ sets, live, answers }: SetInput): SetReading {
  const existing = new Set(live.map(({ id }) => `${id.namespace}/${id.name}`));
  const applications: Resource[] = [];
  const gaps: Gap[] = [];
  const questions: GitQuestion[] = [];
  for (const set of sets) {
    const ask = (question: GitQuestion): void => void questions.push(question);
    try {
      for (const application of applicationsOf(set, answers, ask)) {
        const key = `${application.id.namespace}/${application.id.name}`;
        if (existing.has(key)) continue;
        existing.add(key);
        applications.push(application);
        gaps.push(missingGap(set, application));
      }
    } catch (error) {
      if (!(error instanceof TemplateProblem)) throw error;
      gaps.push(problemGap(set, live, error.message));
    }
  }
  return { applications, gaps, questions };
}

function missingGap(set: Resource, application: Resource): Gap {
  return discoveryGap(
    nameOf(application.id),
    `${nameOf(set.id)} calls for it, and it does not exist; what it would apply is compared all the same`,
    'Look at the applicationset controller and the status of the set',
  );
}

function problemGap(set: Resource, live: readonly Resource[], why: string): Gap {
  const made = live.filter(({ body }) =>
    arrayAt(body, 'metadata', 'ownerReferences').some(
      (owner) => stringAt(owner, 'kind') === 'ApplicationSet' && stringAt(owner, 'name') === set.id.name,
    ),
  );
  const rest = `only the ${made.length} Applications it has made are compared`;
  return discoveryGap(nameOf(set.id), `${why}; ${rest}`, 'Nothing is missed as long as its controller works');
}

function applicationsOf(
  set: Resource,
  answers: ReadonlyMap<string, GitAnswer>,
  ask: (question: GitQuestion) => void,
): readonly Resource[] {
  const spec = objectAt(set.body, 'spec') ?? {};
  const style = styleOf(spec);
  const made = arrayAt(spec, 'generators')
    .filter(isJsonObject)
    .map((generator) => generateParams(generator, { style, answers, ask }));
  if (!made.every((generated) => generated !== null)) return [];
  return made.flatMap((generated) => fill(set, spec, generated, style));
}

function fill(
  set: Resource,
  spec: JsonObject,
  { params, template }: Generated,
  style: TemplateStyle,
): readonly Resource[] {
  const base = mergeDeep(objectAt(spec, 'template') ?? {}, template);
  const patch = stringAt(spec, 'templatePatch') ?? '';
  return params.map((each) => {
    const filled = fillObject(base, each, style);
    return applicationFrom(set, patch === '' ? filled : mergeDeep(filled, patchOf(patch, each, style)));
  });
}

function patchOf(patch: string, params: JsonObject, style: TemplateStyle): JsonObject {
  const value = readValue(fillText(patch, params, style));
  if (!isJsonObject(value)) throw new TemplateProblem('its templatePatch is no object');
  return value;
}

function applicationFrom(set: Resource, template: JsonObject): Resource {
  const name = stringAt(template, 'metadata', 'name') ?? '';
  if (!/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(name)) {
    throw new TemplateProblem(`it makes an application named “${name.slice(0, 60)}”, which is no name`);
  }
  const namespace = stringAt(template, 'metadata', 'namespace') || set.id.namespace;
  const metadata = { ...objectAt(template, 'metadata'), name, namespace };
  return {
    id: { group: 'argoproj.io', kind: 'Application', namespace, name },
    apiVersion: set.apiVersion,
    body: { apiVersion: set.apiVersion, kind: 'Application', metadata, spec: objectAt(template, 'spec') ?? {} },
    origin: null,
  };
}
