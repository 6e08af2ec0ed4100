import { describe, expect, test } from 'vitest';
import { keyMeaning } from '../../../src/graph/addresses/key-meaning.ts';

describe('the name of a setting', () => {
  test.each([
    'PAYMENT_ADDR',
    'payment.addr',
    'paymentServiceUrl',
    '--upstream',
    'DB_HOST',
    'DB_HOST_NAME',
    'spring.kafka.bootstrap-servers',
    'KAFKA_BROKER_LIST',
    'CALLBACK_SERVICE_URL',
    'IMAGE_PROVIDER_HOST',
    'SCHEMA_REGISTRY_URL',
    'redis.host[0]',
  ])('%s says "place"', (key) => {
    expect(keyMeaning(key)).toMatchObject({ address: true, never: false });
  });

  test.each(['POSTGRES_DB', 'SERVICE_NAME', 'KAFKA_TOPIC', 'APP_IMAGE', 'redis.password', 'LOG_LEVEL', 'node.roles'])(
    '%s says "name"',
    (key) => {
      expect(keyMeaning(key)).toMatchObject({ address: false, placeLike: false });
    },
  );

  test.each([
    'CORS_ALLOWED_ORIGINS',
    'OAUTH_REDIRECT_URI',
    'ADVERTISED_LISTENERS',
    'ALLOWED_HOSTS',
    'BIND_ADDR',
    'VIRTUAL_HOST',
  ])('%s is never dialled', (key) => {
    expect(keyMeaning(key).never).toBe(true);
  });

  test.each(['OTEL_EXPORTER_OTLP_ENDPOINT', 'ZIPKIN', 'STATSD_HOST', 'SENTRY_DSN'])('%s is telemetry', (key) => {
    expect(keyMeaning(key).telemetry).toBe(true);
  });

  test('the subject is what is left', () => {
    expect(keyMeaning('SHOPPING_ASSISTANT_SERVICE_ADDR').subject).toEqual(['shopping', 'assistant']);
  });
});
