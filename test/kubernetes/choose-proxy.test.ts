import { describe, expect, test } from 'vitest';
import { proxyFromEnvironment } from '../../src/kubernetes/connection/choose-proxy.ts';

const proxy = 'http://proxy.example:3128';

describe('the proxy of the environment', () => {
  test.for<[string, Record<string, string>, string | undefined]>([
    ['https://api.example', { HTTPS_PROXY: proxy }, proxy],
    ['https://api.example', { https_proxy: proxy }, proxy],
    ['https://api.example', { HTTPS_PROXY: 'socks5://proxy.example:1080' }, 'socks5://proxy.example:1080'],
    ['https://api.example', { HTTPS_PROXY: 'proxy.example:3128' }, proxy],
    ['https://api.example', { HTTPS_PROXY: '' }, undefined],
    ['https://api.example', { HTTP_PROXY: proxy }, undefined],
    ['http://api.example', { HTTP_PROXY: proxy }, proxy],
    ['https://localhost:6443', { HTTPS_PROXY: proxy }, undefined],
    ['https://127.0.0.1:6443', { HTTPS_PROXY: proxy }, undefined],
    ['https://[::1]:6443', { HTTPS_PROXY: proxy }, undefined],
  ])('for %s with %j is %s', ([server, environment, expected]) => {
    expect(proxyFromEnvironment(server, environment)).toBe(expected);
  });

  test.for<[string, string, 'direct' | 'proxied']>([
    ['https://api.example', '*', 'direct'],
    ['https://api.example', 'api.example', 'direct'],
    ['https://API.example', 'other.example, Api.Example', 'direct'],
    ['https://one.api.example', 'api.example', 'direct'],
    ['https://one.api.example', '.api.example', 'direct'],
    ['https://one.api.example', '*.api.example', 'direct'],
    ['https://api.example', '.api.example', 'proxied'],
    ['https://notapi.example', 'api.example', 'proxied'],
    ['https://kubernetes.default.svc', '.svc,.cluster.local', 'direct'],
    ['https://api.example:6443', 'api.example:6443', 'direct'],
    ['https://api.example:6443', 'api.example:443', 'proxied'],
    ['https://api.example', 'api.example:443', 'direct'],
    ['https://10.96.0.1', '10.0.0.0/8', 'direct'],
    ['https://11.96.0.1', '10.0.0.0/8', 'proxied'],
    ['https://10.96.0.1:6443', '10.96.0.1', 'direct'],
    ['https://10.96.0.1:6443', '10.96.0.1:443', 'proxied'],
    ['https://[fd00::1]:6443', 'fd00::/8', 'direct'],
    ['https://[fd00::1]:6443', '[fd00::1]:6443', 'direct'],
    ['https://[fd00::1]:6443', 'fd00:0::1', 'direct'],
    ['https://api.example', '10.0.0.0/8', 'proxied'],
    ['https://10.96.0.1', '10.0.0.0/99, nonsense/x, , .', 'proxied'],
  ])('for %s and NO_PROXY %s: %s', ([server, noProxy, expected]) => {
    const chosen = proxyFromEnvironment(server, { HTTPS_PROXY: proxy, NO_PROXY: noProxy });
    expect(chosen === undefined ? 'direct' : 'proxied').toBe(expected);
  });
});
