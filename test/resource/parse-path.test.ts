import { describe, expect, it } from 'vitest';
import { formatPath, parsePath } from '../../src/resource/field-path.ts';

describe('a path as text', () => {
  it.each([
    'spec.replicas',
    'spec.template.spec.containers[name=web].env[name=A]#2',
    'metadata.annotations."a.b/c"',
    'metadata.labels.""',
    'spec.ports[port=53,protocol=UDP].nodePort',
    'metadata.finalizers[example.dev/x]',
    'rules[0].verbs[*]',
    'spec.hostAliases[ip=10.0.0.1].hostnames[1]',
    'spec.volumeMounts[mountPath=/a,b=c/]',
  ])('%s reads back as itself', (text) => {
    const path = parsePath(text);
    expect(path).toBeDefined();
    expect(formatPath(path ?? [])).toBe(text);
  });

  it.each(['spec..a', 'spec[', '.a', 'a b', 'a"b"', 'a]'])('%s is no path', (text) => {
    expect(parsePath(text)).toBeUndefined();
  });
});
