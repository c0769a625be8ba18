import { createHash, randomUUID } from 'node:crypto'
import type { Records } from '../worker/stores/records.ts'

/**
 * Notes that a signed request was seen, and tells whether this is the first time. Within the five minutes that a
 * signature is good for, a captured request would otherwise be as good as new. Slack signs the trigger of every request
 * too, so two of a person are never the same. A note is one conditional PUT; it expires with everything below the output
 * prefix. Each has other bytes: a PUT that is repeated because its answer was lost must know its own.
 */
export async function isFirstTime(records: Records, prefix: string, signature: string): Promise<boolean> {
  const name = createHash('sha256').update(signature).digest('hex')
  return (await records.create(`${prefix}jobs/seen/${name}`, Buffer.from(randomUUID()))) !== undefined
}
