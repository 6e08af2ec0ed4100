import type { JsonObject } from '../../resource/json.ts';
import type { ClusterAccess } from './kubeconfig.ts';

/**
 * Headers for a user with an `auth-provider` entry (OIDC and the like, deprecated since 1.26): the one place where the
 * authenticators of `@kubernetes/client-node` are worth their half second of import time.
 */
export async function legacyHeaders(access: ClusterAccess, provider: JsonObject): Promise<Record<string, string>> {
  const { KubeConfig, RequestContext, HttpMethod } = await import('./client-node.ts');
  const config = new KubeConfig();
  config.loadFromOptions({
    // TLS is our own matter; without the flag the library refuses http addresses.
    clusters: [{ name: 'cluster', server: access.server, skipTLSVerify: true }],
    users: [{ name: access.user.name, authProvider: provider }],
    contexts: [{ name: 'context', cluster: 'cluster', user: access.user.name }],
    currentContext: 'context',
  });
  const context = new RequestContext(access.server, HttpMethod.GET);
  await config.applySecurityAuthentication(context);
  return context.getHeaders();
}
