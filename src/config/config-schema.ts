import { z } from 'zod';
import { options } from './options.ts';

const source = z.strictObject({
  name: options['sources[].name'].schema,
  source: options['sources[].source'].schema,
  namespace: options['sources[].namespace'].schema,
  owns: z
    .strictObject({
      namespaces: options['sources[].owns.namespaces'].schema,
      kinds: options['sources[].owns.kinds'].schema,
    })
    .prefault({}),
  helm: z
    .strictObject({
      release: options['sources[].helm.release'].schema,
      valueFiles: options['sources[].helm.valueFiles'].schema,
    })
    .prefault({}),
  poll: options['sources[].poll'].schema,
});

const repository = z.strictObject({
  url: options['repositories[].url'].schema,
  path: options['repositories[].path'].schema,
  username: options['repositories[].username'].schema,
  passwordFile: options['repositories[].passwordFile'].schema,
});

const forge = z.strictObject({
  url: options['forges[].url'].schema,
  type: options['forges[].type'].schema,
  api: options['forges[].api'].schema,
  tokenFile: options['forges[].tokenFile'].schema,
  appId: options['forges[].appId'].schema,
  caFile: options['forges[].caFile'].schema,
  commitName: options['forges[].commitName'].schema,
  commitEmail: options['forges[].commitEmail'].schema,
  signOff: options['forges[].signOff'].schema,
  signingKeyFile: options['forges[].signingKeyFile'].schema,
  labels: options['forges[].labels'].schema,
  reviewers: options['forges[].reviewers'].schema,
  drafts: options['forges[].drafts'].schema,
  dashboard: options['forges[].dashboard'].schema,
});

const rule = z.strictObject({
  path: options['rules[].path'].schema,
  kind: options['rules[].kind'].schema,
  namespace: options['rules[].namespace'].schema,
  name: options['rules[].name'].schema,
  manager: options['rules[].manager'].schema,
  reason: options['rules[].reason'].schema,
  owner: options['rules[].owner'].schema,
  expires: options['rules[].expires'].schema,
});

const hook = z.strictObject({
  name: options['hooks[].name'].schema,
  url: options['hooks[].url'].schema,
  secretFile: options['hooks[].secretFile'].schema,
  allowPrivate: options['hooks[].allowPrivate'].schema,
  minSeverity: options['hooks[].minSeverity'].schema,
});

const leaderElection = z
  .strictObject({
    enabled: options['leaderElection.enabled'].schema,
    leaseName: options['leaderElection.leaseName'].schema,
    namespace: options['leaderElection.namespace'].schema,
    leaseDuration: options['leaderElection.leaseDuration'].schema,
    renewDeadline: options['leaderElection.renewDeadline'].schema,
    retryPeriod: options['leaderElection.retryPeriod'].schema,
  })
  // The spread of retries, a fifth of a period, counts as well.
  .refine(({ renewDeadline, retryPeriod }) => retryPeriod > 0 && renewDeadline > retryPeriod * 1.2, {
    path: ['renewDeadline'],
    message: 'is not longer than retryPeriod and a fifth of it; give the leader time for several tries',
  })
  .refine(({ leaseDuration, renewDeadline }) => leaseDuration > renewDeadline, {
    path: ['leaseDuration'],
    message: 'is not longer than renewDeadline; others must wait longer than the leader goes on',
  });

/** One source of observed traffic. */
export const observedSchema = z.strictObject({
  name: options['observed[].name'].schema,
  type: options['observed[].type'].schema,
  url: options['observed[].url'].schema,
  window: options['observed[].window'].schema,
  interval: options['observed[].interval'].schema,
  timeout: options['observed[].timeout'].schema,
  matchers: options['observed[].matchers'].schema,
  tenant: options['observed[].tenant'].schema,
  tokenFile: options['observed[].tokenFile'].schema,
  username: options['observed[].username'].schema,
  passwordFile: options['observed[].passwordFile'].schema,
  caFile: options['observed[].caFile'].schema,
});

/** The tree that `mooring.yaml` is; its leaves are the table in `options.ts`. */
export const configSchema = z.strictObject({
  sources: z.array(source).default([]),
  repositories: z.array(repository).default([]),
  forges: z.array(forge).default([]),
  live: z
    .strictObject({
      source: options['live.source'].schema,
      readSecrets: options['live.readSecrets'].schema,
    })
    .prefault({}),
  comparison: z.strictObject({ serverDryRun: options['comparison.serverDryRun'].schema }).prefault({}),
  rules: z.array(rule).default([]),
  engines: z
    .strictObject({ kustomize: options['engines.kustomize'].schema, helm: options['engines.helm'].schema })
    .prefault({}),
  images: z
    .strictObject({
      enabled: options['images.enabled'].schema,
      registries: options['images.registries'].schema,
      insecure: options['images.insecure'].schema,
      mirrors: z
        .array(
          z.strictObject({
            registry: options['images.mirrors[].registry'].schema,
            mirror: options['images.mirrors[].mirror'].schema,
          }),
        )
        .default([]),
      credentialsFile: options['images.credentialsFile'].schema,
      caFile: options['images.caFile'].schema,
      platform: options['images.platform'].schema,
      refresh: options['images.refresh'].schema,
    })
    .prefault({}),
  observed: z
    .array(observedSchema)
    .default([])
    .refine((sources) => new Set(sources.map(({ name, type }) => name ?? type)).size === sources.length, {
      message: 'has two sources of one name; give each its own, because what they tell is remembered by it',
    }),
  history: z.strictObject({ path: options['history.path'].schema }).prefault({}),
  api: z
    .strictObject({
      listen: options['api.listen'].schema,
      hostNames: options['api.hostNames'].schema,
      auditWebhook: options['api.auditWebhook'].schema,
      alertWebhook: options['api.alertWebhook'].schema,
      alertTokenFile: options['api.alertTokenFile'].schema,
    })
    .prefault({}),
  hooks: z.array(hook).default([]),
  schedule: z
    .strictObject({ full: options['schedule.full'].schema, settle: options['schedule.settle'].schema })
    .prefault({}),
  rollback: z
    .strictObject({
      propose: options['rollback.propose'].schema,
      minSeverity: options['rollback.minSeverity'].schema,
      maxOpen: options['rollback.maxOpen'].schema,
      maxPerHour: options['rollback.maxPerHour'].schema,
      maxPerDay: options['rollback.maxPerDay'].schema,
      sanctionedManagers: options['rollback.sanctionedManagers'].schema,
    })
    .prefault({}),
  predictions: z.strictObject({ window: options['predictions.window'].schema }).prefault({}),
  leaderElection: leaderElection.prefault({}),
  log: z.strictObject({ level: options['log.level'].schema }).prefault({}),
});

export type Config = z.output<typeof configSchema>;
export type SourceConfig = Config['sources'][number];
export type ForgeConfig = Config['forges'][number];
export type ObservedConfig = Config['observed'][number];
export type HookConfig = Config['hooks'][number];
