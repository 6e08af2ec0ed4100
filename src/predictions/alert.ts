import { arrayAt, isJsonObject, type JsonObject, objectAt, stringAt } from '../resource/json.ts';

/** An alert as Alertmanager tells it. Times are RFC 3339; `endsAt` is null while it fires. */
export interface Alert {
  readonly fingerprint: string;
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly startsAt: string;
  readonly endsAt: string | null;
}

/** What a notification holds. `refused` counts alerts that cannot be read or are more than a notification may hold. */
export interface Notification {
  readonly alerts: readonly Alert[];
  readonly refused: number;
}

const mostAlerts = 1000;
const mostLabels = 64;
const longestLabel = 512;

/** Reads a notification of Alertmanager's webhook (version 4); undefined when it is none. Annotations are left alone: they are prose. */
export function readNotification(body: unknown): Notification | undefined {
  if (!isJsonObject(body) || stringAt(body, 'version') !== '4' || !Array.isArray(body['alerts'])) return undefined;
  const listed = arrayAt(body, 'alerts');
  const alerts = listed.slice(0, mostAlerts).flatMap((alert) => (isJsonObject(alert) ? (readAlert(alert) ?? []) : []));
  return { alerts, refused: listed.length - alerts.length };
}

function readAlert(alert: JsonObject): Alert | undefined {
  const labels = readLabels(objectAt(alert, 'labels'));
  const startsAt = moment(stringAt(alert, 'startsAt'));
  const fingerprint = stringAt(alert, 'fingerprint') ?? '';
  const status = stringAt(alert, 'status');
  if (startsAt === null || !/^[0-9a-f]{1,64}$/i.test(fingerprint)) return undefined;
  if (status !== 'firing' && status !== 'resolved') return undefined;
  const endsAt = status === 'resolved' ? (moment(stringAt(alert, 'endsAt')) ?? startsAt) : null;
  return { fingerprint, name: labels.get('alertname') ?? '', labels, startsAt, endsAt };
}

function readLabels(labels: JsonObject | undefined): ReadonlyMap<string, string> {
  const entries = Object.entries(labels ?? {}).slice(0, mostLabels);
  return new Map(
    entries.flatMap(([name, value]) =>
      typeof value === 'string' && value.length <= longestLabel ? [[name, value] as const] : [],
    ),
  );
}

/** Null for what is no moment, and for the year 1, which stands for "not yet". */
function moment(text: string | undefined): string | null {
  const time = Date.parse(text ?? '');
  return Number.isFinite(time) && time > 0 ? new Date(time).toISOString() : null;
}
