import type { TestContext } from 'node:test'

/** Whether `IOT_LOG_REQUIRE_ALL=1` says that this machine has everything that tests need. */
export const requiresAll = process.env.IOT_LOG_REQUIRE_ALL === '1'

/**
 * Skips a test that this machine can't run, with a warning.
 * @throws Error when nothing may be skipped (`IOT_LOG_REQUIRE_ALL=1`)
 */
export function skipLoudly(test: TestContext, why: string): void {
  if (requiresAll) throw new Error(`Not skipped, since IOT_LOG_REQUIRE_ALL=1: ${why}`)
  console.warn(`SKIPPED: ${test.name}: ${why}`)
  // biome-ignore lint/suspicious/noSkippedTests: not disabled, but impossible on this machine
  test.skip(why)
}
