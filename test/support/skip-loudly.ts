import type { TestContext } from 'node:test'

/** Skips a test that this machine can't run, and says so where it can't be overlooked. */
export function skipLoudly(test: TestContext, why: string): void {
  console.warn(`SKIPPED: ${test.name}: ${why}`)
  // biome-ignore lint/suspicious/noSkippedTests: not disabled, but impossible on this machine
  test.skip(why)
}
