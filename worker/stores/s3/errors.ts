import { isCredentialError, statusOf } from '../../contract/aws-errors.ts'
import { type ErrorCode, IotLogError, messageOf } from '../../contract/errors.ts'
import { type S3Location, urlOf } from './location.ts'

/*
 * Turns errors of S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html) into our codes. Every text
 * names the bucket or key, the missing permission and the fix.
 */

/** The permission that a call needs. */
export type S3Permission = 's3:ListBucket' | 's3:GetObject' | 's3:PutObject' | 's3:DeleteObject'

/** The subject of an error. */
interface S3Subject extends S3Location {
  readonly key?: string
  readonly permission: S3Permission
  readonly region: string
  readonly account: string | undefined
}

const regionErrors = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException'
])

/**
 * The error of a call after all retries. `isStoreSilent` says that the store does not respond at all. Then the job ends
 * instead of counting one object after the other as unreadable.
 */
export function s3Error(error: unknown, subject: S3Subject, isStoreSilent: boolean): IotLogError {
  if (error instanceof IotLogError) return error
  const { name } = error as Error
  const status = statusOf(error)
  const make = (code: ErrorCode, text: string): IotLogError =>
    new IotLogError(code, text, { subject: urlOf(subject), cause: error })
  if (isCredentialError(error)) return make('unavailable', credentialText(error as Error, subject))
  if (regionErrors.has(name) || status === 301) return make('unavailable', regionText(error, subject))
  if (name === 'NoSuchUpload') {
    const text = `Another export of the same archive began and took over: ${urlOf(subject)}`
    return make('io', text)
  }
  if (name === 'NoSuchBucket') {
    const text = `There is no bucket ${subject.bucket}: check the environment's source, --source or --output`
    return make('unavailable', text)
  }
  if (name === 'InvalidObjectState') return make('archived', `Archived, not readable until restored: ${urlOf(subject)}`)
  if (status === 412) return make('replaced', `Changed since it was listed: ${urlOf(subject)}`)
  if (name === 'NoSuchKey' || status === 404) return make('not-found', `No such object: ${urlOf(subject)}`)
  if (status === 403) return make('denied', deniedText(error as Error, subject))
  const happened = `${subject.permission.slice(3)} failed: ${urlOf(subject)}: ${messageOf(error) || name}`
  if (!isStoreSilent) return make('io', happened)
  return make(
    'unavailable',
    `${happened}; the store does not respond to other requests either: check the network and the endpoint`
  )
}

function deniedText(error: Error, subject: S3Subject): string {
  const resource = subject.permission === 's3:ListBucket' ? subject.bucket : `${subject.bucket}/${subject.prefix}*`
  const owner = subject.account === undefined ? '' : `, and the bucket must belong to account ${subject.account}`
  const kms = subject.permission === 's3:PutObject' ? 'kms:GenerateDataKey and kms:Decrypt' : 'kms:Decrypt'
  const needed = /kms/i.test(error.message)
    ? `${kms} on the key of the bucket`
    : `${subject.permission} on arn:aws:s3:::${resource}`
  return `Access denied: ${urlOf(subject)}: it needs ${needed}${owner}`
}

function credentialText(error: Error, subject: S3Subject): string {
  const advice = /expired/i.test(`${error.name} ${error.message}`)
    ? 'they have expired: renew them (aws sso login) and run the command again'
    : 'check AWS_PROFILE or the AWS_… variables, and the clock of this machine'
  return `The AWS credentials are not accepted for ${urlOf(subject)}: ${advice} (${error.name}: ${error.message})`
}

function regionText(error: unknown, subject: S3Subject): string {
  const { Region, $response } = error as { Region?: string; $response?: { headers?: Record<string, string> } }
  const actual = Region ?? $response?.headers?.['x-amz-bucket-region']
  const where = actual === undefined ? 'another region' : actual
  return `The bucket ${subject.bucket} is in ${where}, not in ${subject.region}: set the environment's region, or AWS_REGION for another bucket`
}
