import * as z from 'zod'
import type { JobReply } from '../../contract/job.ts'

/*
 * Where Slack is answered, as the job document keeps it. Only Slack's code looks inside.
 */

const replySchema = z.looseObject({
  /** A bearer secret: five uses in thirty minutes. */
  responseUrl: z.string().nullable(),
  responseUrlUses: z.int().min(0),
  /** When Slack gave that URL. */
  responseUrlFromMs: z.number(),
  /** Where the one message of the job is, once it is posted. */
  channel: z.string().nullable(),
  ts: z.string().nullable()
})

export type SlackReply = Readonly<Pick<z.output<typeof replySchema>, keyof typeof replySchema.shape>>

/** The reply of a new job. */
export function createSlackReply(responseUrl: string | null, responseUrlFromMs: number): SlackReply {
  return { responseUrl, responseUrlUses: 0, responseUrlFromMs, channel: null, ts: null }
}

/** Reads a reply back. A garbled one is as none: the message goes to the asker's channel. */
export function readSlackReply(reply: JobReply): SlackReply {
  return replySchema.safeParse(reply).data ?? createSlackReply(null, 0)
}
