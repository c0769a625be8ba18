import type { AwsCredentials } from './sinks/sink.ts'

/** Gives the credentials of the standard chain: variables, profiles, roles. The SDK is loaded when they are asked for. */
export function createAwsCredentials(): () => Promise<AwsCredentials> {
  let provider: Promise<() => Promise<AwsCredentials>> | undefined
  const load = async (): Promise<() => Promise<AwsCredentials>> => {
    const { STSClient } = await import('@aws-sdk/client-sts')
    // The client is where the SDK makes its chain; nothing is sent by it. Its provider renews what ends.
    return new STSClient({ region: 'us-east-1' }).config.credentials
  }
  return async () => {
    provider ??= load()
    return (await provider)()
  }
}
