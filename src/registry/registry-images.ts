import { Buffer } from 'node:buffer';
import type { ImageReading, ImageSource } from '../collectors/image-source.ts';
import { type ImageConfig, readImageConfig } from '../resource/image/image-config.ts';
import { type ImageReference, parseImageReference } from '../resource/image/image-reference.ts';
import { type BlobCache, digestOf, isOfDigest } from './blob-cache.ts';
import { credentialsFor } from './docker-config.ts';
import { createHostPolicy, type Endpoint, type HostPolicyOptions } from './host-policy.ts';
import { acceptedManifests, parseDocument, readManifest } from './read-manifest.ts';
import { type AgentOptions, createRegistryAgents } from './registry-agents.ts';
import { createRegistryClient, type Question } from './registry-client.ts';
import { RegistryProblem } from './registry-problem.ts';
import { createTurns } from './turns.ts';

export interface RegistryImagesOptions extends HostPolicyOptions, AgentOptions {
  /** `linux/amd64`. */
  readonly platform: string;
  readonly cache: BlobCache;
  /** Text of the configured docker `config.json`, read anew with each image; null for none. */
  readonly keyring: () => Promise<string | null>;
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number;
}

export interface RegistryImages extends ImageSource, AsyncDisposable {}

const mostBytes = 4 * 1024 * 1024;
const deepestIndex = 2;

/** Somewhere to ask for one image, as somebody. */
type Asking = Pick<Question, 'endpoint' | 'repository' | 'credentials' | 'keeper'>;

/** Reads configurations of images from registries: nothing is believed whose digest was not proved. Throws AppError. */
export function createRegistryImages(options: RegistryImagesOptions): RegistryImages {
  const { cache, platform, keyring, now } = options;
  const policy = createHostPolicy(options);
  const agents = createRegistryAgents(options);
  const ask = createRegistryClient({ agents, policy, turns: createTurns(2), now });

  /** Content by its digest: what is cached, or what the registry answers and the digest proves. */
  const content = async (
    asking: Asking,
    path: 'manifests' | 'blobs',
    digest: string,
    signal: AbortSignal,
  ): Promise<Content> => {
    const kept = await cache.get(digest);
    if (kept !== null) return { bytes: kept, type: '', cached: true };
    const accept = path === 'manifests' ? acceptedManifests : '*/*';
    const answer = await ask({ ...asking, path: `${path}/${digest}`, method: 'GET', accept, mostBytes }, signal);
    if (!isOfDigest(answer.bytes, digest))
      throw new RegistryProblem('digest-mismatch', `${asking.endpoint.host} answered what its digest does not fit`);
    await cache.put(digest, answer.bytes);
    return { bytes: answer.bytes, type: answer.header('content-type') ?? '', cached: false };
  };

  /** What a tag stands for now. One small request when the registry tells the digest and its content is cached. */
  const resolveTag = async (asking: Asking, tag: string, signal: AbortSignal): Promise<string> => {
    const question = { ...asking, path: `manifests/${tag}`, accept: acceptedManifests, mostBytes };
    const head = await ask({ ...question, method: 'HEAD' }, signal);
    const told = head.header('docker-content-digest');
    if (told !== undefined && /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(told)) return told;
    const { bytes } = await ask({ ...question, method: 'GET' }, signal);
    const digest = digestOf(bytes);
    await cache.put(digest, bytes);
    return digest;
  };

  const readFrom = async (asking: Asking, { tag, digest }: ImageReference, signal: AbortSignal): Promise<Read> => {
    let current = digest ?? (await resolveTag(asking, tag ?? 'latest', signal));
    let cached = true;
    for (let depth = 0; depth <= deepestIndex; depth += 1) {
      const found = await content(asking, 'manifests', current, signal);
      cached &&= found.cached;
      const manifest = readManifest(found.bytes, found.type, platform);
      if (manifest.kind === 'index') {
        current = manifest.digest;
        continue;
      }
      const config = await content(asking, 'blobs', manifest.config, signal);
      const image = readImageConfig(parseDocument(config.bytes), current);
      if (image === undefined) throw new RegistryProblem('bad-answer', 'its configuration is no JSON object');
      return { image, cached: cached && config.cached };
    }
    throw new RegistryProblem('not-an-image', 'its lists of images nest too deep');
  };

  /** Mirrors first, then the registry itself; each with every keyring that has an entry, then as nobody. */
  const readAnywhere = async (
    reference: ImageReference,
    keyrings: readonly string[],
    signal: AbortSignal,
  ): Promise<Read> => {
    let last = new RegistryProblem('not-allowed', 'there is nobody to ask');
    for (const endpoint of policy.endpoints(reference.registry)) {
      for (const asking of askers(endpoint, reference, keyrings)) {
        try {
          return await readFrom(asking, reference, signal);
        } catch (error) {
          if (!(error instanceof RegistryProblem)) throw error;
          last = error;
          if (error.problem !== 'unauthorized' && error.problem !== 'not-found') break;
        }
      }
    }
    throw last;
  };

  return {
    async read(text, keyrings, signal): Promise<ImageReading> {
      try {
        const parsed = parseImageReference(text);
        if (parsed.kind === 'invalid') throw new RegistryProblem('invalid-reference', parsed.why);
        const own = await keyring();
        const rings = own === null ? keyrings : [...keyrings, own];
        return { kind: 'known', ...(await readAnywhere(parsed.reference, rings, signal)) };
      } catch (error) {
        signal.throwIfAborted();
        const { problem, message, retryAfterMs } =
          error instanceof RegistryProblem ? error : new RegistryProblem('bad-answer', 'it cannot be read');
        return { kind: 'unreadable', problem, why: message, retryAfterMs };
      }
    },
    [Symbol.asyncDispose]: () => agents.close(),
  };
}

interface Content {
  readonly bytes: Uint8Array;
  /** Media type as the registry told it; empty from the cache. */
  readonly type: string;
  readonly cached: boolean;
}

interface Read {
  readonly image: ImageConfig;
  readonly cached: boolean;
}

/** A mirror is asked with credentials of its own, never with those of the registry that it stands for. */
function askers(endpoint: Endpoint, { registry, repository }: ImageReference, keyrings: readonly string[]): Asking[] {
  const host = endpoint.host === 'registry-1.docker.io' ? 'docker.io' : endpoint.host;
  const isMirror = host !== registry.toLowerCase();
  const place = isMirror
    ? { registry: host, repository: `${endpoint.base.split('/v2/')[1] ?? ''}${repository}` }
    : { registry, repository };
  const known = keyrings.flatMap((ring) => {
    const credentials = credentialsFor(ring, place);
    return credentials === undefined ? [] : [{ credentials, keeper: digestOf(Buffer.from(ring)) }];
  });
  return [...known, { credentials: undefined, keeper: 'nobody' }].map((asker) => ({ endpoint, repository, ...asker }));
}
