const newline = 0x0a;

/** The stream sent more than this without an end of line: no Kubernetes object is that large. */
const longestLine = 64 * 1024 * 1024;

/** Cuts a byte stream into lines. Only the byte 0x0A ends a line: U+2028 and cuts inside a character are left alone. */
export interface LineSplitter {
  /** Complete lines that end in this chunk, without their newline. Throws RangeError when a line grows beyond 64 MiB. */
  push(chunk: Buffer): readonly Buffer[];
  /** Bytes of a line that has begun and not ended. */
  readonly unfinished: number;
}

export function createLineSplitter(): LineSplitter {
  let parts: Buffer[] = [];
  let unfinished = 0;
  return {
    get unfinished() {
      return unfinished;
    },
    push(chunk) {
      const lines: Buffer[] = [];
      let from = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
        const last = chunk.subarray(from, end);
        lines.push(parts.length === 0 ? last : Buffer.concat([...parts, last]));
        parts = [];
        unfinished = 0;
        from = end + 1;
      }
      if (from < chunk.length) {
        parts.push(chunk.subarray(from));
        unfinished += chunk.length - from;
        if (unfinished > longestLine) throw new RangeError(`a line of more than ${longestLine} bytes`);
      }
      return lines;
    },
  };
}
