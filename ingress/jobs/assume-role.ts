import { AssumeRoleCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts'
import { IotLogError, messageOf } from '../../worker/contract/errors.ts'

/** Credentials for a while. */
export interface LentCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
}

/** What our own role, being one itself, may lend at most: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html */
const lentSeconds = 3600

/** Assumes a role. @throws IotLogError (`denied`) */
export async function assumeRole(
  roleArn: string,
  { region, requestHandler }: { readonly region: string | undefined; readonly requestHandler: object }
): Promise<LentCredentials> {
  const settings: STSClientConfig = { ...(region !== undefined && { region }), maxAttempts: 2, requestHandler }
  const client = new STSClient(settings)
  try {
    const session = { RoleArn: roleArn, RoleSessionName: 'iot-log-ingress', DurationSeconds: lentSeconds }
    const { Credentials: issued } = await client.send(new AssumeRoleCommand(session))
    return {
      accessKeyId: issued!.AccessKeyId!,
      secretAccessKey: issued!.SecretAccessKey!,
      sessionToken: issued!.SessionToken!,
      expiration: issued!.Expiration!
    }
  } catch (error) {
    throw new IotLogError('denied', `Could not assume ${roleArn}: ${messageOf(error)}`, {
      subject: roleArn,
      cause: error
    })
  } finally {
    client.destroy()
  }
}
