/** What the name of a setting says about its value. */
export interface KeyMeaning {
  /** The name says "here is where to connect to". */
  readonly address: boolean;
  /** It says so in a word that means nothing else: `BACKEND` and `SERVICE` may as well choose one of several kinds. */
  readonly sure: boolean;
  /** The name may say so; enough to believe a lone name that is a Service, not to miss one that is none. */
  readonly placeLike: boolean;
  /** The value is a name, not a place: a database, a label, a topic. A full address in it may still be one. */
  readonly named: boolean;
  /** The value is never dialled: a list of allowed callers, a callback, the own public address, an image. */
  readonly never: boolean;
  readonly telemetry: boolean;
  /** Protocol that a word of the name stands for, or null. */
  readonly protocol: string | null;
  /** Words that are left when the address words are taken away: `payment` of `PAYMENT_SERVICE_ADDR`. */
  readonly subject: readonly string[];
}

/** Words that say "place" as the last word of a name. */
const placeWords: ReadonlySet<string> = new Set(
  (
    'host hosts hostname hostnames addr addrs address addresses url urls uri uris endpoint endpoints server servers broker ' +
    'brokers bootstrap service services svc upstream upstreams backend backends target targets proxy node nodes seed seeds ' +
    'contactpoints connect connection conn dsn peer peers gateway master primary replica replicas slave sentinel sentinels api ' +
    'link datasource quorum ensemble remote destination pass'
  ).split(' '),
);

/** Those of them that say it before other words too: `ENDPOINTS_CATALOG`. */
const strongWords: ReadonlySet<string> = new Set(
  'host hosts hostname addr address addresses url urls uri endpoint endpoints service services upstream upstreams backend backends server servers'.split(
    ' ',
  ),
);

/** Words that may follow a place without changing it: `KAFKA_BROKER_LIST`, `API_URL_INTERNAL`. */
const trailingWords: ReadonlySet<string> = new Set(
  'list internal grpc http https rest base main default value primary read write rw ro reader writer private local'.split(
    ' ',
  ),
);

/** As the last word these make the value a name, not a place. */
const nameWords: ReadonlySet<string> = new Set(
  (
    'name names database databases db lock image images repository registry schema docs documentation license homepage dbname user users username usr login password passwd pass secret token key keys queue queues ' +
    'topic topics exchange vhost bucket buckets table tables schema keyspace index collection group groups label labels tag tags level type kind ' +
    'provider profile profiles mode theme namespace namespaces image role roles version realm client driver dialect engine prefix suffix path paths ' +
    'dir directory file files class zone region env environment id title description text message subject format strategy policy ' +
    'algorithm method methods header headers locale language timezone tz enabled disabled enable disable ttl timeout interval size ' +
    'count limit max min retries port ports component app application tenant cluster product category feature features flags flag ' +
    'scope scopes audience command container workload deployment account sa serviceaccount uid uuid ref expr'
  ).split(' '),
);

/** Before nothing but place words these say that the value lists callers, is the own address, or is never dialled. */
const neverWords: ReadonlySet<string> = new Set(
  (
    'cors allowed allow whitelist allowlist denylist blocked trusted redirect callback advertised advertise listen listener ' +
    'listeners bind cookie virtual referer referrer canonical audience domain domains san sans xmlns origin origins own'
  ).split(' '),
);

/** After a never-word these name a callee after all: `CALLBACK_SERVICE_URL` is the address of a callback service. */
const calleeWords: ReadonlySet<string> = new Set([
  'service',
  'services',
  'svc',
  'server',
  'api',
  'backend',
  'upstream',
]);

function isNeverDialled(key: string, words: readonly string[]): boolean {
  const whole = key.toUpperCase();
  if (words.at(-1) === 'image' || words.at(-1) === 'images') return true;
  if (whole === 'HOSTNAME' || whole === 'NO_PROXY' || whole === 'HTTP_NO_PROXY') return true;
  const at = words.findLastIndex((word) => neverWords.has(word));
  return (
    at >= 0 &&
    words.slice(at + 1).every((word) => (placeWords.has(word) || nameWords.has(word)) && !calleeWords.has(word))
  );
}

const telemetryWords: ReadonlySet<string> = new Set(
  'otel otlp opentelemetry zipkin jaeger tracing trace traces tracer telemetry metrics metric statsd prometheus pushgateway grafana loki tempo sentry datadog dd newrelic apm pyroscope profiler fluentd fluentbit fluent graylog logstash gelf instana dynatrace honeycomb lightstep appinsights applicationinsights skywalking wavefront kibana logging'.split(
    ' ',
  ),
);

const protocolWords: ReadonlyMap<string, string> = new Map(
  Object.entries({
    postgres: 'postgres',
    postgresql: 'postgres',
    pg: 'postgres',
    pgsql: 'postgres',
    mysql: 'mysql',
    mariadb: 'mysql',
    mongo: 'mongodb',
    mongodb: 'mongodb',
    redis: 'redis',
    valkey: 'redis',
    memcached: 'memcached',
    memcache: 'memcached',
    cassandra: 'cassandra',
    elasticsearch: 'elasticsearch',
    elastic: 'elasticsearch',
    opensearch: 'elasticsearch',
    es: 'elasticsearch',
    clickhouse: 'clickhouse',
    mssql: 'mssql',
    sqlserver: 'mssql',
    oracle: 'oracle',
    neo4j: 'neo4j',
    etcd: 'etcd',
    zookeeper: 'zookeeper',
    zk: 'zookeeper',
    ldap: 'ldap',
    minio: 's3',
    s3: 's3',
    rabbitmq: 'amqp',
    rabbit: 'amqp',
    amqp: 'amqp',
    kafka: 'kafka',
    nats: 'nats',
    mqtt: 'mqtt',
    pulsar: 'pulsar',
    smtp: 'smtp',
    grpc: 'grpc',
  }),
);

/** Protocol that a word stands for: `amqp` of `rabbitmq`; null for any other word. */
export function protocolOfWord(word: string): string | null {
  return protocolWords.get(word) ?? null;
}

/** Words of a name in any of the usual spellings: `PAYMENT_ADDR`, `payment.addr`, `paymentAddr`, `--payment-addr`. */
export function wordsOf(key: string): string[] {
  return key
    .slice(0, 400)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !/^\d+$/.test(word));
}

/** Reads the name of a setting. Its end decides between a place and a name: `db.host` is a place, `host.db` a name. */
export function keyMeaning(key: string): KeyMeaning {
  const words = wordsOf(key);
  const never = isNeverDialled(key, words);
  const named = endsInName(words);
  const place = endsInPlace(words);
  return {
    address: place && !named && !never,
    sure: place && !named && !never && !endsInChoice(words),
    placeLike: (place || words.slice(-3).some((word) => strongWords.has(word))) && !named && !never,
    named,
    never,
    telemetry: words.some((word) => telemetryWords.has(word)),
    protocol: words.map(protocolOfWord).find((found) => found !== null) ?? null,
    subject: words.filter((word) => !placeWords.has(word)),
  };
}

const choiceWords: ReadonlySet<string> = new Set(['backend', 'backends', 'service', 'services', 'api', 'link']);

function endsInChoice(words: readonly string[]): boolean {
  return choiceWords.has(words.at(-1) ?? '');
}

/** `HOST_NAME` is a place although it ends in "name". */
function endsInHostName(words: readonly string[]): boolean {
  return words.at(-1) === 'name' && ['host', 'dns', 'dnshost'].includes(words.at(-2) ?? '');
}

function endsInName(words: readonly string[]): boolean {
  const last = words.at(-1) ?? '';
  return nameWords.has(last) && last !== 'pass' && !endsInHostName(words);
}

function endsInPlace(words: readonly string[]): boolean {
  const last = words.at(-1) ?? '';
  const before = trailingWords.has(last) ? (words.at(-2) ?? '') : last;
  return placeWords.has(last) || placeWords.has(before) || endsInHostName(words) || endsInContactPoints(words);
}

/** A point alone is no place: `ENTRY_POINT`, `MOUNT_POINT`. */
function endsInContactPoints(words: readonly string[]): boolean {
  return words.at(-2) === 'contact' && ['point', 'points'].includes(words.at(-1) ?? '');
}
