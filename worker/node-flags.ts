/**
 * How Node is started for an export. `--max-semi-space-size`: with V8's own size garbage piles up to 32 MiB in each
 * thread before it is looked at. `--max-old-space-size` (MiB, far above what is used): V8 collects when the heap of a
 * small machine has grown by half, of a large one when fourfold. Measured by `npm run bench:memory`.
 */
export const nodeFlags: readonly string[] = ['--max-semi-space-size=8', '--max-old-space-size=768']
