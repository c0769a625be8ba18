import { createHash, randomUUID } from 'node:crypto'
import type { Deadline } from '../jobs/deadline.ts'
import { RequestRefused } from '../jobs/function-url.ts'
import type { SlackServices } from './services.ts'

/** Kept for answering when the notice takes all the time there is. */
const answerReserveMs = 500

/**
 * Obeys a signed request once: within the five minutes that a signature is good for, a captured one would otherwise be as
 * good as new. Slack signs the trigger of every request too, so two of a person are never the same. The notice is one
 * conditional PUT, sent with the first call; it expires with everything below the output prefix.
 * @returns a function that throws RequestRefused (401) for a repeated request; nothing may be answered or done before it
 */
export function refuseReplays(signature: string, services: SlackServices, deadline: Deadline): () => Promise<void> {
  let noting: Promise<void> | undefined
  const { documents } = services.locations.default
  const name = createHash('sha256').update(signature).digest('hex')
  const key = `${services.config.output.prefix}jobs/seen/${name}`
  const note = async (): Promise<void> => {
    // Each has other bytes: a PUT that is repeated because its answer was lost must know its own.
    const bytes = Buffer.from(randomUUID())
    const version = await deadline.within('notice', () => documents.create(key, bytes), { reserveMs: answerReserveMs })
    if (version === undefined) throw new RequestRefused(401, 'This request was received before')
  }
  return () => {
    noting ??= note()
    return noting
  }
}
