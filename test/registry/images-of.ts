import { digestOf } from '../../src/registry/blob-cache.ts';
import { createBlobCache } from '../../src/registry/blob-cache.ts';
import {
  createRegistryImages,
  type RegistryImages,
  type RegistryImagesOptions,
} from '../../src/registry/registry-images.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

export const signal = AbortSignal.timeout(60_000);

/** Reads images with a cache of its own that goes with the test. */
export function imagesOf(options: Partial<RegistryImagesOptions> = {}): RegistryImages {
  return createRegistryImages({
    registries: [],
    insecure: [],
    mirrors: [],
    caFile: undefined,
    proxyFor: () => undefined,
    platform: 'linux/amd64',
    cache: createBlobCache({ directory: temporaryFolder(), mostFiles: 100 }),
    keyring: () => Promise.resolve(null),
    now: () => performance.now(),
    ...options,
  });
}

export const types = {
  config: 'application/vnd.oci.image.config.v1+json',
  image: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerImage: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

export interface Blob {
  readonly bytes: Buffer;
  readonly digest: string;
}

export function blobOf(value: unknown): Blob {
  const bytes = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  return { bytes, digest: digestOf(bytes) };
}

export function configBlob(env: readonly string[], more: Readonly<Record<string, unknown>> = {}): Blob {
  return blobOf({
    architecture: 'amd64',
    os: 'linux',
    config: { Env: env, ...more },
    rootfs: { type: 'layers', diff_ids: [] },
  });
}

export function manifestBlob(config: Blob, form: 'oci' | 'docker' = 'oci'): Blob {
  const [mediaType, configType] =
    form === 'oci' ? [types.image, types.config] : [types.dockerImage, types.dockerConfig];
  const descriptor = { mediaType: configType, digest: config.digest, size: config.bytes.length };
  return blobOf({ schemaVersion: 2, mediaType, config: descriptor, layers: [] });
}

export interface Member {
  readonly manifest: Blob;
  readonly platform: string;
}

export function indexBlob(members: readonly Member[], form: 'oci' | 'docker' = 'oci'): Blob {
  const [mediaType, memberType] = form === 'oci' ? [types.index, types.image] : [types.dockerList, types.dockerImage];
  const manifests = members.map(({ manifest, platform }) => {
    const [os, architecture] = platform.split('/');
    return {
      mediaType: memberType,
      digest: manifest.digest,
      size: manifest.bytes.length,
      platform: { os, architecture },
    };
  });
  return blobOf({ schemaVersion: 2, mediaType, manifests });
}

/** A Deployment of one image behind a Service at port 8080, both in the namespace `shop`. */
export function servedImage(name: string, image: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: main, image: "${image}" }] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { selector: { app: ${name} }, ports: [{ port: 8080 }] }
---
`;
}
