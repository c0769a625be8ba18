import { Buffer } from 'node:buffer'

/*
 * What a Lambda Function URL hands over and takes back (payload format 2.0,
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads): only what is used here.
 */

/** One HTTP request. Header names are lower-case; several headers of a name are joined with commas. */
export interface FunctionUrlEvent {
  readonly rawPath: string
  readonly rawQueryString?: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly requestContext: {
    readonly domainName?: string
    readonly http: { readonly method: string }
    /** When it came, in milliseconds since 1970. */
    readonly timeEpoch?: number
  }
  readonly body?: string
  readonly isBase64Encoded?: boolean
}

/** One HTTP answer. */
export interface FunctionUrlResult {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A request that is none of ours: answered with a status and one line, nothing else happens. */
export class RequestRefused extends Error {
  readonly statusCode: number

  constructor(statusCode: number, text: string) {
    super(text)
    this.statusCode = statusCode
  }
}

/**
 * The raw bytes of a form. Its signature is over these, so nothing is decoded or encoded again.
 * @throws RequestRefused 415 for another type, 413 for too many bytes, 400 for broken base64
 */
export function formBytes(event: FunctionUrlEvent, mostBytes: number): Buffer {
  const type = (event.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') throw new RequestRefused(415, 'A form is expected here')
  const text = event.body ?? ''
  const isTooLarge = event.isBase64Encoded ? text.length > base64Length(mostBytes) : text.length > mostBytes
  if (isTooLarge) throw new RequestRefused(413, `The body is larger than ${mostBytes} bytes`)
  const bytes = event.isBase64Encoded ? decodeBase64(text) : Buffer.from(text)
  if (bytes.length > mostBytes) throw new RequestRefused(413, `The body is larger than ${mostBytes} bytes`)
  return bytes
}

const base64Length = (bytes: number): number => Math.ceil(bytes / 3) * 4

/** Node skips over whatever is not base64; here it is a broken request. */
function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw new RequestRefused(400, 'The body is not base64')
  return bytes
}
