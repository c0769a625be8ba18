import { s3Error } from './errors.ts'
import { header, type S3Request } from './request.ts'
import type { StoredObject } from './storage.ts'

/** What the conditions of a read come to. */
export type ReadVerdict = 'send' | 'not-modified'

/** Holds a read's conditions against the object, ETags before dates as RFC 9110 has it. A failed one throws 412. */
export function checkRead(request: S3Request, object: StoredObject): ReadVerdict {
  const ifMatch = header(request, 'if-match')
  const unmodifiedSince = dateOf(header(request, 'if-unmodified-since'))
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object.etag)) throw failed('If-Match')
  } else if (unmodifiedSince !== undefined && seconds(object) > unmodifiedSince) throw failed('If-Unmodified-Since')
  const ifNoneMatch = header(request, 'if-none-match')
  const modifiedSince = dateOf(header(request, 'if-modified-since'))
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, object.etag) ? 'not-modified' : 'send'
  return modifiedSince !== undefined && seconds(object) <= modifiedSince ? 'not-modified' : 'send'
}

/** The conditions of a copy upon its source; each that fails throws 412. */
export function checkCopySource(request: S3Request, source: StoredObject): void {
  const value = (name: string): string | undefined => header(request, `x-amz-copy-source-if-${name}`)
  const [match, noneMatch] = [value('match'), value('none-match')]
  const [unmodified, modified] = [dateOf(value('unmodified-since')), dateOf(value('modified-since'))]
  if (match !== undefined ? !matches(match, source.etag) : unmodified !== undefined && seconds(source) > unmodified) {
    throw failed('x-amz-copy-source-If-Match')
  }
  if (
    noneMatch !== undefined ? matches(noneMatch, source.etag) : modified !== undefined && seconds(source) <= modified
  ) {
    throw failed('x-amz-copy-source-If-None-Match')
  }
}

/** The conditions of a write upon what is there: `If-None-Match: *` and `If-Match`. */
export function checkWrite(request: S3Request, existing: StoredObject | undefined): void {
  const ifNoneMatch = header(request, 'if-none-match')
  const ifMatch = header(request, 'if-match')
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*' || ifMatch !== undefined) throw s3Error('NotImplemented', { Header: 'If-None-Match' })
    if (existing) throw failed('If-None-Match')
  }
  if (ifMatch === undefined) return
  if (!existing) throw s3Error('NoSuchKey', { Key: request.key ?? '' })
  if (!matches(ifMatch, existing.etag)) throw failed('If-Match')
}

/** Whether an `If-Match` text names the ETag. */
export function matches(condition: string, etag: string): boolean {
  return condition.split(',').some((text) => {
    const wanted = text.trim()
    return wanted === '*' || wanted === etag || wanted === `"${etag}"`
  })
}

const failed = (condition: string): Error => s3Error('PreconditionFailed', { Condition: condition })

const seconds = ({ lastModifiedMs }: StoredObject): number => Math.floor(lastModifiedMs / 1000)

function dateOf(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000)
}
