import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findAddresses } from '../../../src/graph/addresses/find-addresses.ts';

function found(key: string, value: string): string[] {
  return findAddresses({ key, value, what: '', path: null }).map(
    ({ host, port, protocol, form }) => `${host}:${port ?? ''} ${protocol ?? '?'} ${form}`,
  );
}

/** Generated cases need longer than a hand-written one on a busy machine. */
const slow = 120_000;

describe('the addresses in a value', () => {
  const cases: readonly [key: string, value: string, expected: readonly string[]][] = [
    ['PAYMENT_ADDR', 'payment:50051', ['payment:50051 ? host-port']],
    ['X', 'https://user:p%40ss@api.partner.com:8443/v1?x=1', ['api.partner.com:8443 http url']],
    ['X', 'http://cart/', ['cart: http url']],
    ['X', 'http://cart.shop.svc.cluster.local', ['cart.shop.svc.cluster.local: http url']],
    ['X', 'cart.shop.svc', ['cart.shop.svc: ? qualified']],
    ['X', 'jdbc:mysql://db:3306/orders?useSSL=false', ['db:3306 mysql url']],
    ['X', 'jdbc:postgresql://pg/orders', ['pg: postgres url']],
    ['X', 'jdbc:oracle:thin:@ora:1521:xe', ['ora:1521 oracle dsn']],
    ['X', 'jdbc:oracle:thin:@//ora:1521/xe', ['ora:1521 oracle dsn']],
    ['X', 'jdbc:sqlserver://sql:1433;databaseName=orders', ['sql:1433 mssql url']],
    ['X', 'postgresql+psycopg2://u:p@pg:5432/x', ['pg:5432 postgres url']],
    ['X', 'user:p@ss@tcp(db:3306)/orders?parseTime=true', ['db:3306 mysql dsn']],
    ['X', 'Host=pg;Username=u;Password=secret;Database=orders', ['pg: ? dsn']],
    ['X', 'Server=tcp:sql,1433;Initial Catalog=orders', ['sql:1433 mssql dsn']],
    ['X', 'Data Source=sql;User Id=u', ['sql: ? dsn']],
    ['DSN', 'mysql:host=db;port=3306;dbname=cart', ['db:3306 ? dsn']],
    ['DSN', 'pgsql:dbname=cart;host=pg', ['pg: ? dsn']],
    ['CASSANDRA_CONTACT_POINTS', 'ring-a,ring-b', ['ring-a: ? bare', 'ring-b: ? bare']],
    ['contact-points', 'ring', ['ring: ? bare']],
    ['ENTRY_POINT', 'web', []],
    ['X', 'host=pg port=5433 dbname=orders', ['pg:5433 ? dsn']],
    ['X', '(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=ora)(PORT=1521)))', ['ora:1521 ? dsn']],
    ['X', 'mongodb://u:p@m0:27017,m1:27017/db?replicaSet=rs', ['m0:27017 mongodb url', 'm1:27017 mongodb url']],
    ['X', 'mongodb+srv://cluster0.abc.mongodb.net/x', ['cluster0.abc.mongodb.net: mongodb url']],
    ['X', 'redis://:secret@cache:6379/0', ['cache:6379 redis url']],
    ['X', 'cache:6379,password=secret,ssl=False', ['cache:6379 ? host-port']],
    ['X', 'amqp://guest:guest@rabbit:5672//', ['rabbit:5672 amqp url']],
    [
      'X',
      'Endpoint=sb://orders.servicebus.windows.net/;SharedAccessKey=x',
      ['orders.servicebus.windows.net: amqp url'],
    ],
    ['KAFKA_BROKERS', 'k0:9092, k1:9092', ['k0:9092 ? host-port', 'k1:9092 ? host-port']],
    ['X', 'PLAINTEXT://kafka:9092', ['kafka:9092 ? url']],
    ['X', '1@kafka-0.kafka:9093', ['kafka-0.kafka:9093 ? host-port']],
    ['X', 'dns:///cart:50051', ['cart:50051 grpc url']],
    ['X', 'lb://customers-service', ['customers-service: http url']],
    ['X', 'optional:configserver:http://config:8888', ['config:8888 http url']],
    ['X', 's3://invoices/2024', ['invoices.s3: s3 url']],
    ['JAVA_OPTS', '-Xmx1g -Dspring.redis.host=cache', ['cache: redis bare']],
    ['REDIS_HOST', 'cache', ['cache: ? bare']],
    ['ZK_QUORUM', 'zk-0,zk-1', ['zk-0: ? bare', 'zk-1: ? bare']],
  ];
  test.each(cases)('%s=%s', (key, value, expected) => {
    expect(found(key, value)).toEqual(expected);
  });

  const decoys: readonly [key: string, value: string][] = [
    ['POSTGRES_DB', 'orders'],
    ['KAFKA_TOPIC', 'orders'],
    ['SERVICE_NAME', 'cart'],
    ['CORS_ALLOWED_ORIGINS', 'http://frontend'],
    ['OAUTH_REDIRECT_URI', 'http://frontend/callback'],
    ['ALLOWED_HOSTS', 'cart,frontend'],
    ['NO_PROXY', 'cart:80,.svc'],
    ['LISTEN_ADDR', 'cart:8080'],
    ['HOSTNAME', 'cart'],
    ['X', 'cart'],
    ['X', 'localhost:8080'],
    ['X', 'http://127.0.0.1:9000'],
    ['X', '0.0.0.0:80'],
    ['X', ':8080'],
    ['X', '12:30'],
    ['X', '8080:80'],
    ['X', 'unix:///var/run/docker.sock'],
    ['X', 'file:///etc/app.yaml'],
    ['X', 'http://${UNKNOWN}:80/'],
    ['X', 'mailto:someone@partner.com'],
    ['X', 'a:b:c:d'],
    ['USE_PROXY', 'true'],
    ['X', 'http://'],
    ['X', '://'],
    ['X', ''],
  ];
  test.each(decoys)('%s=%s names none', (key, value) => {
    expect(found(key, value)).toEqual([]);
  });

  test(
    'no text makes it throw, and hosts are always plain names',
    () => {
      fc.assert(
        fc.property(
          fc.string({ unit: 'binary', maxLength: 300 }),
          fc.string({ unit: 'binary', maxLength: 60 }),
          (value, key) => {
            for (const { host, port } of findAddresses({ key, value, what: '', path: null })) {
              expect(host).toMatch(/^[a-z0-9_][a-z0-9_.-]*$/);
              expect(port === null || (port > 0 && port < 65_536)).toBe(true);
            }
          },
        ),
      );
    },
    slow,
  );

  test.each([
    ['one long word', 'a'.repeat(1_000_000)],
    ['dots', '.'.repeat(1_000_000)],
    ['dashes and equals', '-='.repeat(500_000)],
    ['colons', 'a:'.repeat(500_000)],
    ['at signs', '@'.repeat(1_000_000)],
    ['schemes', 'a://'.repeat(250_000)],
    ['opening brackets', '('.repeat(1_000_000)],
    ['pairs', 'host=a;'.repeat(140_000)],
    ['dollars', '${'.repeat(500_000)],
    ['many addresses', Array.from({ length: 50_000 }, (_, at) => `h${at}:80`).join(',')],
  ])('a megabyte of %s is read once and ends', (_name, value) => {
    expect(found('X_HOST', value).length).toBeLessThanOrEqual(2_000);
  });
});
