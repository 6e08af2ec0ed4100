import type { ImageConfig } from '../resource/image/image-config.ts';

/** Why an image could not be read, as metrics count it. */
export const imageProblems = [
  'invalid-reference',
  'not-allowed',
  'unauthorized',
  'not-found',
  'rate-limited',
  'unreachable',
  'timeout',
  'too-large',
  'not-an-image',
  'digest-mismatch',
  'bad-answer',
] as const;
export type ImageProblem = (typeof imageProblems)[number];

/** What became of one look at an image. */
export type ImageReading =
  | {
      readonly kind: 'known';
      readonly image: ImageConfig;
      /** Nothing but its tag was asked for; the rest was there already. */
      readonly cached: boolean;
    }
  | {
      readonly kind: 'unreadable';
      readonly problem: ImageProblem;
      /** In words, without anything secret. */
      readonly why: string;
      /** How long the registry wants to be left alone, in milliseconds; null when it does not say. */
      readonly retryAfterMs: number | null;
    };

/** Reads configurations of images. Implemented by `registry/`. */
export interface ImageSource {
  /**
   * `reference` as pods write it; `keyrings` are texts of docker `config.json` that come with the pods, tried before the configured one.
   * Rejects only when the signal is aborted.
   */
  read(reference: string, keyrings: readonly string[], signal: AbortSignal): Promise<ImageReading>;
}
