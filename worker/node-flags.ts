/*
 * The flags of Node. The first lines of cli.ts, package.json and the Dockerfile can import nothing: tests compare them.
 * Measured by `npm run bench:memory`, and for the forwarder by test/integration/forward-memory.test.ts.
 */

/**
 * For an export. `--max-semi-space-size`: with V8's default, up to 32 MiB of garbage stays in each thread before V8
 * collects it. `--max-old-space-size` (MiB, far above what is used): V8 then collects when the heap has grown by half; on
 * a large machine its default waits until the heap is four times as large.
 */
export const nodeFlags: readonly string[] = ['--max-semi-space-size=8', '--max-old-space-size=768']

/** For the forwarder, as NODE_OPTIONS. With them it needs 180 MiB at most. */
export const forwarderFlags: readonly string[] = ['--max-semi-space-size=4', '--max-old-space-size=128']
