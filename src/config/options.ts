import { validate as isCron } from 'node-cron';
import { z } from 'zod';
import { duration } from './duration.ts';
import { forgeOptions } from './forge-options.ts';
import { imageOptions } from './image-options.ts';
import { observedOptions } from './observed-options.ts';
import { option, type Option, text } from './option.ts';

const severity = z.enum(['info', 'low', 'medium', 'high', 'critical']);
const cron = text.refine((value) => isCron(value), 'is no cron expression; write five fields such as "*/10 * * * *"');
const day = z
  .union([z.iso.date('is no date; write it like 2027-01-31'), z.iso.datetime({ offset: true })])
  .transform((value) => new Date(value).toISOString());
const listen = text.regex(
  /^(?:\[[0-9a-fA-F:]+\]|[^:\s]*):\d{1,5}$/,
  'is no address to listen on; write it like 127.0.0.1:9480 (port 0 takes a free one)',
);

/** Every key there is, in the order of the documentation. `[]` marks the members of a list. */
export const options = {
  'sources[].name': option(text.optional(), {
    description: 'What the source is called in reports; the source itself when absent.',
    type: 'text',
  }),
  'sources[].source': option(text, {
    description: 'Where Git declares things: a directory, or REPO[#REVISION][:PATH] with a local path or a Git URL.',
    type: 'text',
    env: 'MOORING_SOURCE',
    flag: 'desired',
  }),
  'sources[].namespace': option(text.default('default'), {
    description: 'The namespace of objects that name none.',
    type: 'text',
    env: 'MOORING_NAMESPACE',
    flag: 'namespace',
  }),
  'sources[].owns.namespaces': option(z.array(text).default([]), {
    description: 'Namespaces that hold only what this source declares: anything else in them is extra.',
    type: 'list',
  }),
  'sources[].owns.kinds': option(z.array(text).default([]), {
    description: 'Kinds (Deployment, or ClusterRole.rbac.authorization.k8s.io) that only this source declares.',
    type: 'list',
  }),
  'sources[].helm.release': option(text.optional(), {
    description: 'The name of the release, of a source that is a chart; what helm template takes when absent.',
    type: 'text',
  }),
  'sources[].helm.valueFiles': option(z.array(text).default([]), {
    description:
      'Files of values, later ones win: from the folder of the chart, or with a slash in front from the root of the repository.',
    type: 'list',
  }),
  'sources[].poll': option(duration.prefault('1m'), {
    description: 'How often a Git remote is asked for a new revision. Local repositories are watched.',
    type: 'duration',
  }),
  'repositories[].url': option(text, {
    description:
      'A repository as engines name it; other ways to write the same URL fit too. Of a chart repository the URL, a slash, and the chart.',
    type: 'text',
  }),
  'repositories[].path': option(text.optional(), {
    description: 'Read this repository or folder of the machine instead: a mirror, or a chart that was pulled.',
    type: 'path',
  }),
  'repositories[].username': option(text.default('git'), {
    description: 'Who to be there; any name will do for most tokens.',
    type: 'text',
  }),
  'repositories[].passwordFile': option(text.optional(), {
    description:
      'File that holds the password or token for it. Read anew with each fetch, and sent to that host alone.',
    type: 'path',
    secret: true,
  }),
  ...forgeOptions,
  'live.source': option(text.default('kube:'), {
    description: 'The live side: kube: for the current context, kube:CONTEXT for another, or a directory of dumps.',
    type: 'text',
    env: 'MOORING_LIVE',
    flag: 'live',
  }),
  'live.readSecrets': option(z.boolean().default(false), {
    description: 'Read the data of Secrets from the cluster, to compare it. It is masked wherever it is shown.',
    type: 'yes or no',
    env: 'MOORING_READ_SECRETS',
  }),
  'comparison.serverDryRun': option(z.enum(['never', 'when-unsure']).default('never'), {
    description:
      'Ask the API server in a dry run what admission makes of an object that differs: never, or when-unsure. Needs the right to create.',
    type: 'text',
    env: 'MOORING_SERVER_DRY_RUN',
  }),
  'rules[].path': option(text, {
    description: 'The path to leave alone, as reports print it; * stands for one name, ** for any number of steps.',
    type: 'text',
  }),
  'rules[].kind': option(text.optional(), { description: 'Only for this kind.', type: 'text' }),
  'rules[].namespace': option(text.optional(), { description: 'Only in this namespace.', type: 'text' }),
  'rules[].name': option(text.optional(), { description: 'Only for the resource of this name.', type: 'text' }),
  'rules[].manager': option(text.optional(), {
    description: 'Only what this field manager wrote.',
    type: 'text',
  }),
  'rules[].reason': option(text, { description: 'Why it may differ; shown wherever the rule applies.', type: 'text' }),
  'rules[].owner': option(text, { description: 'Who answers for the rule.', type: 'text' }),
  'rules[].expires': option(day.optional(), {
    description: 'When the rule ends; never when absent.',
    type: 'time',
  }),
  'engines.kustomize': option(text.optional(), {
    description: 'The kustomize program; looked for on the PATH and in the cache when absent.',
    type: 'path',
    env: 'MOORING_KUSTOMIZE',
  }),
  'engines.helm': option(text.optional(), {
    description: 'The helm program; looked for on the PATH and in the cache when absent.',
    type: 'path',
    env: 'MOORING_HELM',
  }),
  ...imageOptions,
  ...observedOptions,
  'history.path': option(text.default('.mooring-state/mooring.sqlite'), {
    description: 'The file that holds episodes, deliveries and proposals.',
    type: 'path',
    env: 'MOORING_HISTORY',
    flag: 'history',
  }),
  'api.listen': option(listen.default('127.0.0.1:9480'), {
    description: 'Where metrics, health and the API listen. Port 0 takes a free one.',
    type: 'text',
    env: 'MOORING_LISTEN',
    flag: 'listen',
  }),
  'api.hostNames': option(z.array(text).default([]), {
    description: 'Names under which clients may reach it, beside addresses and localhost.',
    type: 'list',
    env: 'MOORING_HOST_NAMES',
  }),
  'api.auditWebhook': option(z.boolean().default(false), {
    description:
      'Take events of the audit log of the API server at POST /hooks/audit, to name who made a change. Whoever reaches it is believed.',
    type: 'yes or no',
    env: 'MOORING_AUDIT_WEBHOOK',
  }),
  'api.alertWebhook': option(z.boolean().default(false), {
    description:
      'Take notifications of Alertmanager at POST /hooks/alertmanager, to score predictions and to say what changed upstream of an alert.',
    type: 'yes or no',
    env: 'MOORING_ALERT_WEBHOOK',
  }),
  'api.alertTokenFile': option(text.optional(), {
    description:
      'File that holds the bearer token Alertmanager has to send (http_config.authorization). Without it whoever reaches the webhook is believed.',
    type: 'path',
    env: 'MOORING_ALERT_TOKEN_FILE',
    secret: true,
  }),
  'hooks[].name': option(text, { description: 'What the target is called in logs and metrics.', type: 'text' }),
  'hooks[].url': option(z.url({ protocol: /^https?$/, error: 'is no http or https URL' }), {
    description: 'Where episodes are posted: Standard Webhooks headers, CloudEvents body.',
    type: 'text',
  }),
  'hooks[].secretFile': option(text, {
    description: 'File that holds the signing secret; several, one a line, all sign while they are exchanged.',
    type: 'path',
    secret: true,
  }),
  'hooks[].allowPrivate': option(z.boolean().default(false), {
    description: 'Permit a loopback or private address as the target.',
    type: 'yes or no',
  }),
  'hooks[].minSeverity': option(severity.default('low'), {
    description: 'The least severity that is sent: info, low, medium, high or critical.',
    type: 'text',
  }),
  'schedule.full': option(cron.default('*/10 * * * *'), {
    description: 'When everything is compared again, whatever was seen in between.',
    type: 'cron',
    env: 'MOORING_SCHEDULE',
  }),
  'schedule.settle': option(duration.prefault('50ms'), {
    description: 'How long changes are gathered before they are looked at.',
    type: 'duration',
  }),
  'rollback.propose': option(z.boolean().default(false), {
    description: 'Open a proposal for drift by itself. Without it a person asks for each one.',
    type: 'yes or no',
    env: 'MOORING_PROPOSE',
  }),
  'rollback.minSeverity': option(severity.default('medium'), {
    description: 'The least severity that gets a proposal by itself: info, low, medium, high or critical.',
    type: 'text',
  }),
  'rollback.maxOpen': option(z.int().min(1).max(100).default(10), {
    description: 'How many proposals may be open at once.',
    type: 'number',
  }),
  'rollback.maxPerHour': option(z.int().min(1).max(100).default(2), {
    description: 'How many proposals may be opened within an hour.',
    type: 'number',
  }),
  'rollback.maxPerDay': option(z.int().min(1).max(1000).default(10), {
    description: 'How many proposals may be opened within a day.',
    type: 'number',
  }),
  'rollback.sanctionedManagers': option(z.array(text).default([]), {
    description: 'Field managers whose changes are meant: what one of them wrote is adopted, not restored.',
    type: 'list',
  }),
  'predictions.window': option(
    duration.prefault('1h').refine((value) => value >= 60_000 && value <= 7 * 86_400_000, 'is no time from 1m to 7d'),
    {
      description: 'How long after a drift alerts and other drift count as what its blast radius predicted.',
      type: 'duration',
      env: 'MOORING_PREDICTION_WINDOW',
    },
  ),
  'leaderElection.enabled': option(z.boolean().default(false), {
    description:
      'Agree with other replicas on one that writes, through a Lease of the cluster. The others watch and serve.',
    type: 'yes or no',
    env: 'MOORING_LEADER_ELECTION',
  }),
  'leaderElection.leaseName': option(text.default('mooring'), {
    description: 'The name of the Lease; one for each set of replicas.',
    type: 'text',
  }),
  'leaderElection.namespace': option(text.optional(), {
    description: 'Where the Lease is; the namespace of the pod, or of the context, when absent.',
    type: 'text',
    env: 'MOORING_LEADER_ELECTION_NAMESPACE',
  }),
  'leaderElection.leaseDuration': option(duration.prefault('15s'), {
    description: 'How long a Lease that is not renewed is left alone by the others.',
    type: 'duration',
  }),
  'leaderElection.renewDeadline': option(duration.prefault('10s'), {
    description: 'How long a leader that cannot renew stays one. Shorter than leaseDuration.',
    type: 'duration',
  }),
  'leaderElection.retryPeriod': option(duration.prefault('2s'), {
    description: 'How often it is tried; a leader writes only within this time after it renewed, or renews first.',
    type: 'duration',
  }),
  'log.level': option(z.enum(['debug', 'info', 'warn', 'error']).default('info'), {
    description: 'The least important message that is logged: debug, info, warn or error.',
    type: 'text',
    env: 'MOORING_LOG_LEVEL',
    flag: 'log-level',
  }),
} as const satisfies Readonly<Record<string, Option>>;
