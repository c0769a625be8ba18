import { randomBytes } from 'node:crypto'

/*
 * Ids of jobs: 10 letters of the time and 16 of chance (80 bits), as in ULIDs (https://github.com/ulid/spec), so that
 * keys that end with them are listed in the order of time.
 */

/** Crockford's base 32, whose order is that of the bytes. */
const letters = '0123456789abcdefghjkmnpqrstvwxyz'
const timeLetters = 10
const randomLetters = 16

export function createJobId(nowMs: number): string {
  return timePrefix(nowMs) + Array.from(randomBytes(randomLetters), (byte) => letters[byte % 32]!).join('')
}

/** How ids of a time begin: those of that time and after it are larger, those from before it smaller. */
export function timePrefix(timeMs: number): string {
  let time = ''
  for (let rest = timeMs; time.length < timeLetters; rest = Math.floor(rest / 32)) time = letters[rest % 32]! + time
  return time
}

/** Whether a text may be an id: what people send may be anything. */
export function isJobId(text: string): boolean {
  return /^[a-z0-9]{26}$/.test(text)
}
