import * as z from 'zod'
import { IotLogError, messageOf } from '../contract/errors.ts'
import type { Login } from './sinks/sink.ts'

/*
 * The login of a sink: a secret of AWS Secrets Manager (IOT_LOG_SINK_SECRET_ID) or, on one machine, an environment
 * variable (IOT_LOG_SINK_SECRET). Both are `{"username": "…", "password": "…"}`, the form of Secrets Manager itself.
 */

const loginSchema = z.object({ username: z.string().min(1), password: z.string().min(1) })
/** After that time the secret is read again, since the password may have been replaced. */
const keptMs = 5 * 60_000

export function createSinkLogin(
  environment: Readonly<Record<string, string | undefined>>,
  nowMs: () => number
): () => Promise<Login> {
  const { IOT_LOG_SINK_SECRET_ID: id, IOT_LOG_SINK_SECRET: text } = environment
  let known: { readonly login: Login; readonly untilMs: number } | undefined
  return async () => {
    if (known && nowMs() < known.untilMs) return known.login
    if (!id && !text) {
      const text = 'The sink needs a login: set IOT_LOG_SINK_SECRET_ID, or IOT_LOG_SINK_SECRET'
      throw new IotLogError('wrong-config', text)
    }
    const login = parseLogin(id ? await readSecret(id) : text!)
    known = { login, untilMs: nowMs() + keptMs }
    return login
  }
}

/** @throws IotLogError (`wrong-config`) without the values */
function parseLogin(text: string): Login {
  try {
    return loginSchema.parse(JSON.parse(text))
  } catch {
    throw new IotLogError('wrong-config', 'The login of the sink is not {"username": "…", "password": "…"}')
  }
}

async function readSecret(id: string): Promise<string> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager')
  const client = new SecretsManagerClient({ maxAttempts: 3 })
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }))
    return SecretString ?? ''
  } catch (error) {
    const text = `Could not read the secret ${id}: ${messageOf(error)}`
    throw new IotLogError('unavailable', text, { subject: id, cause: error })
  } finally {
    client.destroy()
  }
}
