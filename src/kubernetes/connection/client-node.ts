/** The three names of `@kubernetes/client-node` that are used: naming them lets the bundler leave its generated models out. */
export { HttpMethod, KubeConfig, RequestContext } from '@kubernetes/client-node';
