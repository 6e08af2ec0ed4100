import { readFile } from 'node:fs/promises';
import { privateDirectory } from './app-sources.ts';
import type { Config } from './config/config-schema.ts';
import { AppError } from './errors/app-error.ts';
import { proxyFromEnvironment } from './kubernetes/connection/choose-proxy.ts';
import { createBlobCache } from './registry/blob-cache.ts';
import { createRegistryImages, type RegistryImages } from './registry/registry-images.ts';

export type ImagesConfig = Pick<Config['images'], 'registries' | 'insecure' | 'mirrors' | 'platform'> &
  Partial<Pick<Config['images'], 'caFile' | 'credentialsFile'>>;

export const defaultImages: ImagesConfig = { registries: [], insecure: [], mirrors: [], platform: 'linux/amd64' };

const mostCachedFiles = 5000;
/** How long a file of credentials is believed, in milliseconds. */
const keyringLife = 20_000;

/** `ownKeyring` counts where the configuration names none. Throws AppError when a file that the configuration names cannot be read. */
export async function openRegistries(
  config: ImagesConfig,
  env: Readonly<Record<string, string | undefined>>,
  ownKeyring: () => Promise<string | null> = () => Promise.resolve(null),
): Promise<RegistryImages> {
  const { registries, insecure, mirrors, platform, caFile, credentialsFile } = config;
  const keyring = credentialsFile === undefined ? ownKeyring : keyringIn(credentialsFile);
  await keyring();
  return createRegistryImages({
    registries,
    insecure,
    mirrors,
    platform,
    caFile,
    proxyFor: (server) => proxyFromEnvironment(server, env),
    cache: createBlobCache({ directory: await privateDirectory(env, 'images'), mostFiles: mostCachedFiles }),
    keyring,
    now: () => performance.now(),
  });
}

function keyringIn(file: string): () => Promise<string | null> {
  let held: string | null = null;
  let until = 0;
  return async () => {
    if (performance.now() < until) return held;
    try {
      held = await readFile(file, 'utf8');
      until = performance.now() + keyringLife;
    } catch (error) {
      // A file that is being replaced may be missing for a moment.
      if (held === null) throw unreadableKeyring(file, error);
    }
    return held;
  };
}

function unreadableKeyring(file: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const remedy = 'Correct images.credentialsFile';
  return new AppError({ code: 'config-invalid', what: `cannot read ${file}`, why, remedy, cause });
}
