import type { ResourceId } from '../../resource/resource-id.ts';
import type { NodeRole } from '../graph-shapes.ts';

/** Kinds besides workloads and Services that are nodes of their own, by the role they play. Any group that uses the name counts. */
const kinds: ReadonlyMap<string, NodeRole> = new Map<string, NodeRole>([
  ['Ingress', 'gateway'],
  ['Gateway', 'gateway'],
  ['IngressRoute', 'gateway'],
  ['IngressRouteTCP', 'gateway'],
  ['HTTPProxy', 'gateway'],
  ['Route', 'gateway'],
  ['ConfigMap', 'config'],
  ['Secret', 'config'],
  ['ServiceAccount', 'config'],
  ['PersistentVolumeClaim', 'config'],
  ['NetworkPolicy', 'config'],
  ['StorageClass', 'config'],
  ['PriorityClass', 'config'],
  ['RuntimeClass', 'config'],
  ['CustomResourceDefinition', 'config'],
  ['PersistentVolume', 'config'],
  ['IngressClass', 'config'],
  ['GatewayClass', 'config'],
  ['Role', 'config'],
  ['ClusterRole', 'config'],
  ['RoleBinding', 'config'],
  ['ClusterRoleBinding', 'config'],
  ['ValidatingWebhookConfiguration', 'config'],
  ['MutatingWebhookConfiguration', 'config'],
  ['HTTPRoute', 'config'],
  ['GRPCRoute', 'config'],
  ['TCPRoute', 'config'],
  ['TLSRoute', 'config'],
  ['VirtualService', 'config'],
  ['DestinationRule', 'config'],
  ['ServiceEntry', 'config'],
  ['Middleware', 'config'],
  ['TraefikService', 'config'],
  ['HelmRelease', 'config'],
  ['Kustomization', 'config'],
]);

export interface OperatorKind {
  readonly role: 'store' | 'broker';
  readonly protocol: string;
  /** Names of the Services that the operator makes for an object of the name. */
  readonly services: (name: string) => readonly string[];
}

/** Objects that an operator turns into a store or broker; their Services exist only live, so the manifests name nothing else. */
const operators: ReadonlyMap<string, OperatorKind> = new Map<string, OperatorKind>([
  ['postgresql.cnpg.io/Cluster', store('postgres', (name) => [`${name}-rw`, `${name}-ro`, `${name}-r`])],
  ['acid.zalan.do/postgresql', store('postgres', (name) => [name, `${name}-repl`, `${name}-pooler`])],
  [
    'postgres-operator.crunchydata.com/PostgresCluster',
    store('postgres', (name) => [`${name}-primary`, `${name}-pgbouncer`, `${name}-replicas`]),
  ],
  [
    'pxc.percona.com/PerconaXtraDBCluster',
    store('mysql', (name) => [`${name}-pxc`, `${name}-haproxy`, `${name}-proxysql`]),
  ],
  ['k8s.mariadb.com/MariaDB', store('mysql', (name) => [name, `${name}-primary`, `${name}-secondary`])],
  ['mysql.oracle.com/InnoDBCluster', store('mysql', (name) => [name, `${name}-instances`])],
  ['mongodbcommunity.mongodb.com/MongoDBCommunity', store('mongodb', (name) => [`${name}-svc`])],
  ['psmdb.percona.com/PerconaServerMongoDB', store('mongodb', (name) => [`${name}-rs0`, `${name}-mongos`])],
  ['databases.spotahome.com/RedisFailover', store('redis', (name) => [`rfs-${name}`, `rfr-${name}`, `rfrm-${name}`])],
  ['redis.redis.opstreelabs.in/Redis', store('redis', (name) => [name, `${name}-headless`])],
  ['redis.redis.opstreelabs.in/RedisCluster', store('redis', (name) => [`${name}-leader`, `${name}-follower`])],
  [
    'elasticsearch.k8s.elastic.co/Elasticsearch',
    store('elasticsearch', (name) => [`${name}-es-http`, `${name}-es-default`]),
  ],
  ['opensearch.opster.io/OpenSearchCluster', store('elasticsearch', (name) => [name])],
  ['k8ssandra.io/K8ssandraCluster', store('cassandra', (name) => [`${name}-dc1-service`])],
  ['clickhouse.altinity.com/ClickHouseInstallation', store('clickhouse', (name) => [`clickhouse-${name}`])],
  ['minio.min.io/Tenant', store('s3', (name) => ['minio', `${name}-hl`])],
  ['kafka.strimzi.io/Kafka', broker('kafka', (name) => [`${name}-kafka-bootstrap`, `${name}-kafka-brokers`])],
  ['rabbitmq.com/RabbitmqCluster', broker('amqp', (name) => [name, `${name}-nodes`])],
  ['jetstream.nats.io/NatsCluster', broker('nats', (name) => [name])],
]);

function store(protocol: string, services: (name: string) => readonly string[]): OperatorKind {
  return { role: 'store', protocol, services };
}

function broker(protocol: string, services: (name: string) => readonly string[]): OperatorKind {
  return { role: 'broker', protocol, services };
}

export function operatorKindOf(id: ResourceId): OperatorKind | undefined {
  return operators.get(`${id.group}/${id.kind}`);
}

/** The role of a resource that is a node by its kind alone, or undefined. */
export function roleOfKind(id: ResourceId): NodeRole | undefined {
  return operatorKindOf(id)?.role ?? kinds.get(id.kind);
}
