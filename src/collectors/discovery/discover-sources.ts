import type { Resource } from '../../resource/resource.ts';
import type { Gap } from '../../resource/snapshot.ts';
import { applicationState } from './argo/application-state.ts';
import { projectOf } from './argo/app-project.ts';
import { type ArgoInstallation, findInstallations } from './argo/argo-installation.ts';
import { projectName, readApplication, type ThisCluster } from './argo/read-application.ts';
import { whyControllerIsDown } from './controllers.ts';
import { ruleGap } from './discovery-gap.ts';
import type {
  DiscoveredSource,
  Discovery,
  Elsewhere,
  EngineReport,
  GitAnswer,
  GitQuestion,
} from './discovered-source.ts';
import type { FluxSurroundings } from './flux/flux-source.ts';
import { fluxState } from './flux/flux-state.ts';
import { readHelmRelease } from './flux/read-helm-release.ts';
import { type FluxReading, readKustomization } from './flux/read-kustomization.ts';
import { findMapping, type RepositoryMapping } from './repository-url.ts';
import { readApplicationSets } from './set/read-application-set.ts';

export interface DiscoveryInput {
  /** Live objects of the kinds in `discovery-kinds.ts`. */
  readonly resources: readonly Resource[];
  /** What of those could not be read. */
  readonly gaps?: readonly Gap[];
  /** RFC 3339. */
  readonly now: string;
  readonly mappings: readonly RepositoryMapping[];
  readonly here?: ThisCluster;
  /** Answers to the questions of an earlier call, by key. */
  readonly answers?: ReadonlyMap<string, GitAnswer>;
}

/** How Argo CD names the cluster it runs in. */
export const inCluster: ThisCluster = { servers: ['https://kubernetes.default.svc'], names: ['in-cluster'] };

/** What the engines of a cluster declare, and what their state is. Pure: unanswered questions come back in the answer. */
export function discoverSources(input: DiscoveryInput): Discovery {
  const found = new Finding();
  discoverArgo(input, found);
  discoverFlux(input, found);
  return found.result();
}

class Finding {
  readonly #sources: DiscoveredSource[] = [];
  readonly #gaps: Gap[] = [];
  readonly #engines: EngineReport[] = [];
  readonly #elsewhere: Elsewhere[] = [];
  readonly #questions = new Map<string, GitQuestion>();

  add(part: Partial<Discovery>): void {
    this.#sources.push(...(part.sources ?? []));
    this.#gaps.push(...(part.gaps ?? []));
    this.#engines.push(...(part.engines ?? []));
    this.#elsewhere.push(...(part.elsewhere ?? []));
    for (const question of part.questions ?? []) this.#questions.set(question.key, question);
  }

  result(): Discovery {
    return {
      sources: this.#sources,
      gaps: this.#gaps,
      engines: this.#engines,
      elsewhere: this.#elsewhere,
      questions: [...this.#questions.values()],
    };
  }
}

function discoverArgo(input: DiscoveryInput, found: Finding): void {
  const { resources, now } = input;
  const installations = findInstallations(resources);
  for (const { namespace, rules } of installations) {
    found.add({ gaps: rules.problems.map((problem) => ruleGap(`Argo CD in ${namespace}`, problem)) });
  }
  const live = ofKind(resources, 'argoproj.io', 'Application');
  const sets = readApplicationSets({
    sets: ofKind(resources, 'argoproj.io', 'ApplicationSet'),
    live,
    answers: input.answers ?? new Map(),
  });
  found.add({ gaps: sets.gaps, questions: sets.questions });
  for (const application of [...live, ...sets.applications]) {
    const { project, installation } = homeOf(application, installations);
    const reading = readApplication(application, {
      project,
      systemRules: installation?.rules ?? { rules: [], problems: [] },
      beyondRoot: installation?.beyondRoot ?? false,
      here: input.here ?? inCluster,
      isMapped: isMappedIn(input),
    });
    found.add(reading);
    if (reading.sources.length === 0) continue;
    const home = installation?.namespace ?? application.id.namespace;
    found.add({ engines: [applicationState(application, home, resources, now)] });
  }
}

interface Home {
  readonly project: Resource | undefined;
  readonly installation: ArgoInstallation | undefined;
}

/** An application belongs to the installation that holds its project; one in its own namespace goes first. */
function homeOf(application: Resource, installations: readonly ArgoInstallation[]): Home {
  const project = projectOf(
    projectName(application),
    application,
    installations.flatMap(({ projects }) => projects),
  );
  return { project, installation: installations.find(({ namespace }) => namespace === project?.id.namespace) };
}

const fluxEngines = [
  {
    group: 'kustomize.toolkit.fluxcd.io',
    kind: 'Kustomization',
    controller: 'kustomize-controller',
    read: readKustomization,
  },
  { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', controller: 'helm-controller', read: readHelmRelease },
] as const;

function discoverFlux(input: DiscoveryInput, found: Finding): void {
  const { resources, now } = input;
  const isUnread = (kind: string): boolean =>
    (input.gaps ?? []).some(({ scope, partial }) => scope.kind === kind && partial !== true);
  const around: FluxSurroundings = { find: finderIn(resources), isMapped: isMappedIn(input), isUnread };
  for (const { group, kind, controller, read } of fluxEngines) {
    const objects = ofKind(resources, group, kind);
    if (objects.length === 0) continue;
    const down = whyNoController(controller, resources);
    for (const object of objects) {
      const reading: FluxReading = read(object, around);
      found.add({ sources: reading.source === null ? [] : [reading.source], gaps: reading.gaps });
      if (reading.elsewhere !== null) found.add({ elsewhere: [reading.elsewhere] });
      if (reading.source === null) continue;
      const dependencies = reading.source.dependsOn.map((id) => ({
        id,
        object: around.find(kind, id.namespace, id.name),
      }));
      found.add({ engines: [fluxState(object, { down, source: reading.from, dependencies, now })] });
    }
  }
}

/** Flux works from one namespace for the whole cluster, by default `flux-system`. */
function whyNoController(controller: string, resources: readonly Resource[]): string | null {
  const namespaces = new Set(
    resources.filter(({ id }) => id.name.startsWith(controller) && id.group === 'apps').map(({ id }) => id.namespace),
  );
  const reasons = [...(namespaces.size === 0 ? ['flux-system'] : namespaces)].map((namespace) =>
    whyControllerIsDown(controller, namespace, resources),
  );
  return reasons.includes(null) ? null : (reasons[0] ?? null);
}

const fluxGroups = new Set(['', 'source.toolkit.fluxcd.io', 'kustomize.toolkit.fluxcd.io', 'helm.toolkit.fluxcd.io']);

function finderIn(resources: readonly Resource[]): FluxSurroundings['find'] {
  const byKey = new Map<string, Resource>();
  for (const resource of resources) {
    const { group, kind, namespace, name } = resource.id;
    if (fluxGroups.has(group)) byKey.set(`${kind}/${namespace}/${name}`, resource);
  }
  return (kind, namespace, name) => byKey.get(`${kind}/${namespace}/${name}`);
}

function isMappedIn({ mappings }: DiscoveryInput): (url: string) => boolean {
  return (url) => findMapping(url, mappings)?.path !== undefined;
}

function ofKind(resources: readonly Resource[], group: string, kind: string): readonly Resource[] {
  return resources.filter(({ id }) => id.group === group && id.kind === kind);
}
