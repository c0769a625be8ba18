import { z } from 'zod'
import { IotLogError, messageOf } from '../contract/errors.ts'
import type { Login } from './sinks/sink.ts'

/*
 * User and password of a sink: a secret of AWS Secrets Manager (IOT_LOG_SINK_SECRET_ID) or, on one machine, the
 * environment (IOT_LOG_SINK_SECRET); both are `{"username": "…", "password": "…"}`, as Secrets Manager itself makes them.
 */

const loginSchema = z.object({ username: z.string().min(1), password: z.string().min(1) })
/** A replaced password is known soon. */
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
      throw new IotLogError(
        'wrong-config',
        'The sink asks for a login: set IOT_LOG_SINK_SECRET_ID, or IOT_LOG_SINK_SECRET'
      )
    }
    const login = parseLogin(id ? await readSecret(id) : text!)
    known = { login, untilMs: nowMs() + keptMs }
    return login
  }
}

/** @throws IotLogError (`wrong-config`) that tells no value */
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
    throw new IotLogError('unavailable', `Could not read the secret ${id}: ${messageOf(error)}`, {
      subject: id,
      cause: error
    })
  } finally {
    client.destroy()
  }
}
