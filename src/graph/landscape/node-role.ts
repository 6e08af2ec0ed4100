import { protocolOfPort } from '../addresses/address.ts';
import { protocolOfWord, wordsOf } from '../addresses/key-meaning.ts';
import type { NodeRole } from '../graph-shapes.ts';

/** What the guess goes by. */
export interface Appearance {
  readonly name: string;
  readonly images: readonly string[];
  readonly ports: readonly { readonly port: number }[];
  readonly finite: boolean;
}

/** What a workload is, by its image, ports and name. `protocol` is what a store or broker speaks. */
export interface RoleGuess {
  readonly role: NodeRole;
  readonly protocol: string | null;
}

const monitoringImages =
  /prometheus|alertmanager|grafana|promtail|jaeger|zipkin|opentelemetry-collector|otel-collector|otelcol|fluentd|fluent-bit|fluentbit|kibana|opensearch-dashboards|logstash|filebeat|metricbeat|statsd|datadog|newrelic|kube-state-metrics|node-exporter|cadvisor|pushgateway|thanos|victoria-metrics|vmagent|signoz|skywalking|pyroscope|kiali|pgadmin|phpmyadmin|adminer|mongo-express|redis-commander|redisinsight|kafdrop|akhq|kafka-ui|cmak|weave-?scope|dozzle|portainer|perfview|metrics-server/;
const monitoringPaths = /(?:^|\/)(?:loki|tempo|mimir|vector|agent|alloy|beyla|flagd-ui)$/;
const gatewayImages =
  /(?:^|[/-])(?:traefik|kong|haproxy|envoy|emissary|ambassador|apisix|contour|proxyv2|krakend|tyk-gateway|ingress-nginx|nginx-ingress|kubernetes-ingress)(?:$|[-/])/;
const sidecarImages = /exporter|istio|proxyv2|linkerd|vault-agent|cloud-sql|cloudsql|jmx|config-reload|k8s-sidecar/;

const exporters = /[\w.][_-]exporter$/;

/** Words of an image name that go with a store's own name without making it another program. */
const plainWords: ReadonlySet<string> = new Set(
  'alpine server bitnami official db database rs local aws cluster standalone community enterprise oss management stack single master primary replica sentinel library docker ce ha bitnamilegacy legacy native data node store single emulator'.split(
    ' ',
  ),
);

/** Words that make it a tool for the store instead of the store. */
const toolWords: ReadonlySet<string> = new Set(
  'exporter ui express admin commander operator client init migrate migration migrations backup manager connect registry cli tools tool webui producer consumer worker proxy bouncer pgbouncer controller sync importer loader seed test'.split(
    ' ',
  ),
);

/** The role of a workload. Jobs are jobs whatever they run. */
export function guessRole(workload: Appearance): RoleGuess {
  const images = workload.images.map(imageName);
  const main = images.find((image) => !sidecarImages.test(image)) ?? images[0] ?? '';
  if (monitoringImages.test(main) || monitoringPaths.test(main) || exporters.test(main))
    return { role: 'monitoring', protocol: null };
  const protocol = storeProtocol(workload, main);
  if (protocol !== null) return { role: brokers.has(protocol) ? 'broker' : 'store', protocol };
  if (workload.finite) return { role: 'job', protocol: null };
  return { role: gatewayImages.test(main) ? 'gateway' : 'workload', protocol: null };
}

const brokers: ReadonlySet<string> = new Set(['amqp', 'kafka', 'nats', 'mqtt', 'pulsar', 'stomp']);

/** An image reference without registry host, tag and digest. */
function imageName(image: string): string {
  const path = (image.split('@', 1)[0] ?? '').replace(/:[\w.-]{1,128}$/, '').toLowerCase();
  const [host = '', ...rest] = path.split('/');
  return rest.length > 0 && /[.:]|^localhost$/.test(host) ? rest.join('/') : path;
}

function storeProtocol(workload: Appearance, image: string): string | null {
  const words = wordsOf(image.slice(image.lastIndexOf('/') + 1));
  if (words.some((word) => toolWords.has(word))) return null;
  const ports = workload.ports.map(({ port }) => protocolOfPort(port));
  const spoken = words.map(storeWord).find((found) => found !== null) ?? null;
  if (
    spoken !== null &&
    (ports.includes(spoken) || words.every((word) => storeWord(word) !== null || plainWords.has(word)))
  ) {
    return spoken;
  }
  // An unknown image that listens on a store's port and is called like a store: `user-db` on 27017, `kafka` on 9092.
  const named = wordsOf(workload.name);
  if (named.some((word) => toolWords.has(word))) return null;
  const byPort = ports.find((port) => port !== null && isStore(port));
  const matches = named.some(
    (word) => word === 'db' || word === 'database' || word === 'cache' || storeWord(word) === byPort,
  );
  return byPort !== undefined && matches ? byPort : null;
}

const moreStores: ReadonlyMap<string, string> = new Map([
  ['dynamodb', 'http'],
  ['postgis', 'postgres'],
  ['timescaledb', 'postgres'],
  ['cockroach', 'postgres'],
  ['percona', 'mysql'],
  ['scylla', 'cassandra'],
  ['keydb', 'redis'],
  ['dragonfly', 'redis'],
  ['couchbase', 'couchdb'],
  ['influxdb', 'influxdb'],
  ['solr', 'http'],
  ['meilisearch', 'http'],
  ['qdrant', 'http'],
  ['weaviate', 'http'],
  ['milvus', 'grpc'],
  ['azurite', 'http'],
  ['redpanda', 'kafka'],
  ['activemq', 'stomp'],
  ['artemis', 'stomp'],
  ['mosquitto', 'mqtt'],
  ['emqx', 'mqtt'],
  ['localstack', 'http'],
]);

function storeWord(word: string): string | null {
  const found = moreStores.get(word) ?? protocolOfWord(word);
  return found !== null && (moreStores.has(word) || isStore(found)) ? found : null;
}

function isStore(protocol: string): boolean {
  return !['http', 'grpc', 'smtp'].includes(protocol);
}
