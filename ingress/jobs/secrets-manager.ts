import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { IotLogError, messageOf } from '../../worker/contract/errors.ts'

/** For all of it: a body that stalls ends here. */
const longestMs = 2_000
const requestHandler = { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true }

/** The text of a secret of AWS Secrets Manager, by name or ARN. @throws IotLogError (`unavailable`) */
export async function readSecret(id: string): Promise<string> {
  const client = new SecretsManagerClient({ maxAttempts: 2, requestHandler })
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }), {
      abortSignal: AbortSignal.timeout(longestMs)
    })
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
