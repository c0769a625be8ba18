import * as z from 'zod'
import { linkKeysSchema } from '../jobs/secrets.ts'

export const slackSecretsSchema = z.strictObject({
  /** More than one while one replaces the other. */
  signingSecrets: z.array(z.string().min(1)).min(1),
  botToken: z.string().min(1).optional(),
  linkKeys: linkKeysSchema
})

/** The secrets of an ingress for Slack. */
export type SlackSecrets = Readonly<z.output<typeof slackSecretsSchema>>
