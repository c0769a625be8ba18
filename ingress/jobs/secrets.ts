import * as z from 'zod'
import { IotLogError } from '../../worker/contract/errors.ts'

/*
 * What must stay secret, from AWS Secrets Manager (IOT_LOG_SECRET_ID) or, on one machine, from the environment
 * (IOT_LOG_SECRETS). Kept in memory for a while, so that a request waits for it only on a cold start, and a replaced
 * secret is known soon: https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html
 */

/** The first key signs links; all are accepted. */
export const linkKeysSchema = z.array(z.string().min(16)).min(1)

/** The secrets that every front end has; each has more of its own. */
export interface JobSecrets {
  readonly linkKeys: readonly string[]
}

/** Gives the secrets, from memory when it can. */
export type SecretsSource<Secrets> = () => Promise<Secrets>

const keptMs = 5 * 60_000

/** Reads the text of the secrets. */
export type SecretsReader = () => Promise<string>

/**
 * Caches what a reader gave. Only callers before the first read wait. After five minutes the cached secrets are given
 * once more while they are read again. They stay in force when that fails.
 */
export function cacheSecrets<Secrets>(
  read: SecretsReader,
  schema: z.ZodType<Secrets>,
  nowMs: () => number,
  onStale: (error: unknown) => void
): SecretsSource<Secrets> {
  let known: { readonly secrets: Secrets; readonly untilMs: number } | undefined
  let reading: Promise<Secrets> | undefined
  const renew = async (): Promise<Secrets> => {
    try {
      const secrets = parseSecrets(await read(), schema)
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

/** The reader that the environment variables name. @throws IotLogError (`wrong-config`) when they name none */
export function secretsReader(environment: Readonly<Record<string, string | undefined>>): SecretsReader {
  const { IOT_LOG_SECRET_ID: id, IOT_LOG_SECRETS: text } = environment
  if (id) return async () => (await import('./secrets-manager.ts')).readSecret(id)
  if (text) return async () => text
  throw new IotLogError('wrong-config', 'No secrets: set IOT_LOG_SECRET_ID, or IOT_LOG_SECRETS on one machine')
}

/** @throws IotLogError (`wrong-config`) that names the keys that are wrong, never their values */
export function parseSecrets<Secrets>(text: string, schema: z.ZodType<Secrets>): Secrets {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new IotLogError('wrong-config', 'The secrets are not JSON')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const keys = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole').join(', ')
  throw new IotLogError('wrong-config', `The secrets are not as they should be: ${keys}`)
}
