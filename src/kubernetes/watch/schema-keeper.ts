import type { Gap, LiveSnapshot } from '../../resource/snapshot.ts';
import { linkAbort } from '../linked-abort.ts';
import type { OpenApiDocuments, OpenApiReader } from '../openapi-documents.ts';

const patienceMs = 30_000;

/** The schemas of a cluster as they were last read whole. */
export class SchemaKeeper {
  readonly #openApi: OpenApiReader;
  readonly #stop: AbortSignal;
  #schemas: OpenApiDocuments = { documents: [], gaps: [] };
  #work: Promise<void> = Promise.resolve();
  /** What the read that has not begun yet will ask for; undefined when there is none. */
  #wanted: readonly string[] | undefined;

  constructor(openApi: OpenApiReader, stop: AbortSignal) {
    this.#openApi = openApi;
    this.#stop = stop;
  }

  get documents(): NonNullable<LiveSnapshot['openApi']> {
    return this.#schemas.documents;
  }

  get gaps(): readonly Gap[] {
    return this.#schemas.gaps;
  }

  /** Resolves when nothing is being read. */
  get done(): Promise<void> {
    return this.#work;
  }

  /** Never rejects. One at a time; who asks meanwhile gets one that begins afterwards. */
  read(groupVersions: readonly string[]): Promise<void> {
    const isWaiting = this.#wanted !== undefined;
    this.#wanted = groupVersions;
    if (isWaiting) return this.#work;
    this.#work = this.#work.then(async () => {
      const wanted = this.#wanted ?? [];
      this.#wanted = undefined;
      if (this.#stop.aborted) return;
      using limited = linkAbort(this.#stop, patienceMs);
      const read = await this.#openApi.read(wanted, limited.signal);
      // While the server is away the documents that were read before are better than none.
      if (read.gaps.length > 0 && read.documents.length < this.#schemas.documents.length) return;
      this.#schemas = read;
    });
    return this.#work;
  }
}
