/**
 * How Node runs the daemon, in the image, by `bin/mooring run` and in the benches: a small young generation and early collections
 * halve its resident memory and cost a tenth more cpu at the start (`npm run bench -- watch`; `--node` tries others).
 */
export const daemonNodeFlags = ['--max-semi-space-size=4', '--heap-growing-percent=50'] as const;

/** glibc: one arena, and large blocks go back to the system when they are freed. */
export const daemonEnvironment = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072' } as const;
