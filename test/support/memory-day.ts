import { gzipSync } from 'node:zlib'
import { memoryBucket, registerMemoryScheme } from './memory-store.ts'

/*
 * Preloaded by `node --import`, into scan threads too: the scheme `memory:`, and a day of logs at `memory://day/logs`.
 */

/** The texts of the day's objects, in key order. */
export const memoryDayTexts: readonly string[] = Array.from(
  { length: 200 },
  (_, at) => `${at} THING00001 first\nTHING0000${at % 4} second\nlast of ${at}, THING00001 without its end`
)

registerMemoryScheme()
for (const [at, text] of memoryDayTexts.entries()) {
  memoryBucket('day').set(`logs/telemetry/2023/10/01/00/${1000 + at}.gz`, gzipSync(text))
}
