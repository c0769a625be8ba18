/*
 * What the errors of AWS and its SDK mean. Services name the same problem differently: S3 says `ExpiredToken`, those
 * with a JSON protocol `ExpiredTokenException`. Pure.
 */

const credentialErrors = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'InvalidToken',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
  // The SDK's own: there are no credentials, or they could not be fetched.
  'AuthSDKError',
  'CredentialsProviderError',
  'TokenProviderError'
])

interface AwsError {
  readonly name?: string
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number }
}

/** The HTTP status of an error; undefined without an answer. */
export function statusOf(error: unknown): number | undefined {
  return (error as AwsError | undefined)?.$metadata?.httpStatusCode
}

/** How often the SDK sent the request. */
export function attemptsOf(answerOrError: unknown): number {
  return (answerOrError as AwsError).$metadata?.attempts ?? 1
}

/** Whether the credentials are missing, expired or wrong. */
export function isCredentialError(error: unknown): boolean {
  return credentialErrors.has((error as AwsError).name ?? '')
}

/** Whether a permission is missing. */
export function isAccessDenied(error: unknown): boolean {
  return /^AccessDenied/.test((error as AwsError).name ?? '')
}

/** Whether the service wants fewer requests. */
export function isThrottled(error: unknown): boolean {
  return statusOf(error) === 429 || /^(?:TooManyRequests|Throttling)/.test((error as AwsError).name ?? '')
}
