import { arrayAt, type JsonObject, type JsonValue, objectAt, stringAt, valueAt } from '../../resource/json.ts';
import type { Resource } from '../../resource/resource.ts';

/**
 * The declared object in the version that live was read at. From a cluster both versions are the same (D2); a dump shows the
 * preferred one. HorizontalPodAutoscaler is the built-in kind whose versions name fields differently.
 */
export function declaredAt(desired: Resource, apiVersion: string): JsonObject {
  if (desired.apiVersion === apiVersion) return desired.body;
  if (desired.id.kind === 'HorizontalPodAutoscaler') {
    if (desired.apiVersion === 'autoscaling/v1' && apiVersion === 'autoscaling/v2') return autoscalerToV2(desired.body);
    if (desired.apiVersion === 'autoscaling/v2' && apiVersion === 'autoscaling/v1') return autoscalerToV1(desired.body);
  }
  return desired.body;
}

function autoscalerToV2(body: JsonObject): JsonObject {
  const { targetCPUUtilizationPercentage: percentage, ...spec } = objectAt(body, 'spec') ?? {};
  if (percentage === undefined) return body;
  return { ...body, spec: { ...spec, metrics: [cpuMetric(percentage), ...arrayAt(spec, 'metrics')] } };
}

function cpuMetric(percentage: JsonValue): JsonValue {
  return {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percentage } },
  };
}

function autoscalerToV1(body: JsonObject): JsonObject {
  const { metrics, ...spec } = objectAt(body, 'spec') ?? {};
  const list = Array.isArray(metrics) ? metrics : [];
  const cpu = list.find(
    (metric: JsonValue) => stringAt(metric, 'resource', 'name') === 'cpu' && stringAt(metric, 'type') === 'Resource',
  );
  const percentage = valueAt(cpu, 'resource', 'target', 'averageUtilization');
  if (percentage === undefined || list.length !== 1) return body;
  return { ...body, spec: { ...spec, targetCPUUtilizationPercentage: percentage } };
}
