/** One named value a workload is given: an environment variable, a flag, a line of a mounted file. */
export interface Setting {
  /** `PAYMENT_ADDR`, `spring.redis.host`, `--upstream`; empty when the text names no key. */
  readonly key: string;
  readonly value: string;
  /** For people: `env PAYMENT_ADDR`, `file app.yaml key redis.host`. Never holds the value. */
  readonly what: string;
  /** Path in the resource that holds it (CONTRACTS 1), or null. */
  readonly path: string | null;
}

/**
 * How an address was written, strongest first: `url` has a scheme, `dsn` a driver's keyword or parenthesis form, `qualified`
 * a cluster name such as `a.b.svc`, `host-port` a colon and digits, `bare` is a lone name.
 */
export type AddressForm = 'url' | 'dsn' | 'qualified' | 'host-port' | 'bare';

/** A host that a setting names. `port` is null when none was written, `protocol` when neither scheme nor driver tells it. */
export interface Address {
  readonly host: string;
  readonly port: number | null;
  readonly protocol: string | null;
  readonly form: AddressForm;
  /** The name that stands closest to it: the setting's, or that of a pair inside the value (`-Dredis.host=cache`). */
  readonly key: string;
  readonly setting: Setting;
}

/** Stores and brokers speak these; a reference over one of them is rarely a leftover. */
const dataProtocols: ReadonlySet<string> = new Set([
  'postgres',
  'mysql',
  'mongodb',
  'redis',
  'memcached',
  'cassandra',
  'elasticsearch',
  'clickhouse',
  'mssql',
  'oracle',
  'neo4j',
  'couchdb',
  'etcd',
  'zookeeper',
  'ldap',
  's3',
  'influxdb',
]);
const messageProtocols: ReadonlySet<string> = new Set(['amqp', 'kafka', 'nats', 'mqtt', 'stomp', 'pulsar']);

export type EdgeLayer = 'call' | 'data' | 'message' | 'config' | 'route' | 'operations';

/** The layer an edge belongs to by its protocol alone. */
export function layerOf(protocol: string | null): 'call' | 'data' | 'message' {
  if (protocol !== null && dataProtocols.has(protocol)) return 'data';
  return protocol !== null && messageProtocols.has(protocol) ? 'message' : 'call';
}

const schemes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    http: 'http',
    https: 'http',
    ws: 'http',
    wss: 'http',
    h2c: 'http',
    lb: 'http',
    grpc: 'grpc',
    grpcs: 'grpc',
    dns: 'grpc',
    passthrough: 'grpc',
    xds: 'grpc',
    postgres: 'postgres',
    postgresql: 'postgres',
    pgsql: 'postgres',
    cockroachdb: 'postgres',
    timescaledb: 'postgres',
    mysql: 'mysql',
    mysqlx: 'mysql',
    mariadb: 'mysql',
    mongodb: 'mongodb',
    'mongodb+srv': 'mongodb',
    redis: 'redis',
    rediss: 'redis',
    valkey: 'redis',
    'redis-sentinel': 'redis',
    memcached: 'memcached',
    memcache: 'memcached',
    cassandra: 'cassandra',
    elasticsearch: 'elasticsearch',
    clickhouse: 'clickhouse',
    sqlserver: 'mssql',
    mssql: 'mssql',
    oracle: 'oracle',
    bolt: 'neo4j',
    neo4j: 'neo4j',
    couchdb: 'couchdb',
    etcd: 'etcd',
    zk: 'zookeeper',
    zookeeper: 'zookeeper',
    ldap: 'ldap',
    ldaps: 'ldap',
    s3: 's3',
    s3a: 's3',
    gs: 's3',
    amqp: 'amqp',
    amqps: 'amqp',
    sb: 'amqp',
    kafka: 'kafka',
    nats: 'nats',
    mqtt: 'mqtt',
    mqtts: 'mqtt',
    stomp: 'stomp',
    pulsar: 'pulsar',
    'pulsar+ssl': 'pulsar',
    smtp: 'smtp',
    smtps: 'smtp',
    influxdb: 'influxdb',
  }),
);

/** Protocol of a URL scheme, the last known part of a composed one (`jdbc:mysql`, `postgresql+psycopg2`); null when it says nothing. */
export function protocolOfScheme(scheme: string): string | null {
  const whole = schemes.get(scheme);
  if (whole !== undefined) return whole;
  for (const part of scheme.split(/[:+]/).toReversed()) {
    const found = schemes.get(part);
    if (found !== undefined) return found;
  }
  return null;
}

const ports: ReadonlyMap<number, string> = new Map([
  [5432, 'postgres'],
  [6432, 'postgres'],
  [26257, 'postgres'],
  [3306, 'mysql'],
  [33060, 'mysql'],
  [27017, 'mongodb'],
  [6379, 'redis'],
  [26379, 'redis'],
  [11211, 'memcached'],
  [9042, 'cassandra'],
  [9200, 'elasticsearch'],
  [9300, 'elasticsearch'],
  [1433, 'mssql'],
  [1521, 'oracle'],
  [7687, 'neo4j'],
  [5984, 'couchdb'],
  [2379, 'etcd'],
  [2181, 'zookeeper'],
  [389, 'ldap'],
  [636, 'ldap'],
  [5672, 'amqp'],
  [5671, 'amqp'],
  [9092, 'kafka'],
  [9093, 'kafka'],
  [9094, 'kafka'],
  [4222, 'nats'],
  [1883, 'mqtt'],
  [8883, 'mqtt'],
  [61613, 'stomp'],
  [6650, 'pulsar'],
  [25, 'smtp'],
  [587, 'smtp'],
  [50051, 'grpc'],
  [80, 'http'],
  [443, 'http'],
]);

/** Protocol that a port number usually carries, or null. */
export function protocolOfPort(port: number | null): string | null {
  return port === null ? null : (ports.get(port) ?? null);
}

/** Ports that only telemetry listens on: OTLP, Zipkin, Jaeger, StatsD, Fluent forward. */
const telemetryPorts: ReadonlySet<number> = new Set([
  4317, 4318, 9411, 14250, 14268, 6831, 6832, 5778, 8125, 8126, 24224,
]);

export function isTelemetryPort(port: number | null): boolean {
  return port !== null && telemetryPorts.has(port);
}
