import { z } from 'zod'
import { IotLogError } from '../../worker/contract/errors.ts'

/*
 * What must stay secret, from AWS Secrets Manager (IOT_LOG_SECRET_ID) or, on one machine, from the environment
 * (IOT_LOG_SECRETS). Kept in memory for a while, so that a request waits for it only on a cold start, and a replaced
 * secret is known soon: https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html
 */

const secretsSchema = z.strictObject({
  /** More than one while one replaces the other. */
  signingSecrets: z.array(z.string().min(1)).min(1),
  botToken: z.string().min(1).optional(),
  /** The first one signs links; all are believed. */
  linkKeys: z.array(z.string().min(16)).min(1)
})

/** What the ingress knows that nobody else may. */
export type Secrets = Readonly<z.output<typeof secretsSchema>>
/** Gives the secrets, from memory when it can. */
export type SecretsSource = () => Promise<Secrets>

const keptMs = 5 * 60_000

/** Reads the text of the secrets anew. */
export type SecretsReader = () => Promise<string>

/**
 * Keeps what a reader gave. Only who asks before anything is known waits; after five minutes what is known is given once
 * more while it is read again, and it stays in force when that fails.
 */
export function cacheSecrets(
  read: SecretsReader,
  nowMs: () => number,
  onStale: (error: unknown) => void
): SecretsSource {
  let known: { readonly secrets: Secrets; readonly untilMs: number } | undefined
  let reading: Promise<Secrets> | undefined
  const renew = async (): Promise<Secrets> => {
    try {
      const secrets = parseSecrets(await read())
      known = { secrets, untilMs: nowMs() + keptMs }
      return secrets
    } catch (error) {
      if (!known) throw error
      onStale(error)
      known = { ...known, untilMs: nowMs() + keptMs / 5 }
      return known.secrets
    } finally {
      reading = undefined
    }
  }
  return async () => {
    if (!known || nowMs() >= known.untilMs) reading ??= renew()
    return known?.secrets ?? reading!
  }
}

/** The reader that the environment asks for. @throws IotLogError (`wrong-config`) when it asks for none */
export function secretsReader(environment: Readonly<Record<string, string | undefined>>): SecretsReader {
  const { IOT_LOG_SECRET_ID: id, IOT_LOG_SECRETS: text } = environment
  if (id) return async () => (await import('./secrets-manager.ts')).readSecret(id)
  if (text) return async () => text
  throw new IotLogError('wrong-config', 'No secrets: set IOT_LOG_SECRET_ID, or IOT_LOG_SECRETS on one machine')
}

/** @throws IotLogError (`wrong-config`) that names the keys that are wrong, never their values */
export function parseSecrets(text: string): Secrets {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new IotLogError('wrong-config', 'The secrets are not JSON')
  }
  const parsed = secretsSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const keys = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole').join(', ')
  throw new IotLogError('wrong-config', `The secrets are not as they should be: ${keys}`)
}
