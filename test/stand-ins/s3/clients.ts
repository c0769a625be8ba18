import { S3Client, type S3ClientConfig, type S3ServiceException } from '@aws-sdk/client-s3'
import type { S3Server } from './server.ts'

/** The real client, which asks once and goes away with its scope. */
export function clientOf(server: S3Server, config: S3ClientConfig = {}): S3Client & Disposable {
  const { url: endpoint, region, credentials } = server
  const client = new S3Client({ endpoint, region, credentials, maxAttempts: 1, ...config })
  return Object.assign(client, { [Symbol.dispose]: () => client.destroy() })
}

/** What a call fails with: `403 AccessDenied`. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    const { name, $metadata } = error as S3ServiceException
    return `${$metadata?.httpStatusCode ?? '-'} ${name}`
  }
  return 'no failure'
}
