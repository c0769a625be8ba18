import type { STSClient } from '@aws-sdk/client-sts'
import type { AwsCredentials } from './sinks/sink.ts'

/** Gives the credentials of the standard chain: variables, profiles, roles. The first call loads the SDK. */
export function createAwsCredentials(): () => Promise<AwsCredentials> {
  let client: Promise<STSClient> | undefined
  return async () => {
    // The client is used only for its credential chain, which also renews expired credentials. It sends no request.
    client ??= import('@aws-sdk/client-sts').then(({ STSClient }) => new STSClient({ region: 'us-east-1' }))
    return (await client).config.credentials()
  }
}
