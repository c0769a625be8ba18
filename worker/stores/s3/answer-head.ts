/** The head of an HTTP/1.1 response, as far as it describes the body. */
export interface AnswerHead {
  readonly status: number
  /** Undefined if the head does not give the length of the body. */
  readonly contentLength: number | undefined
  readonly contentRange: string | undefined
  /** Whether the connection takes another request afterwards. */
  readonly isKeptAlive: boolean
  /** Where the body begins. */
  readonly length: number
}

const end = Buffer.from('\r\n\r\n')

/** Reads the head (RFC 9112); undefined while it is not complete. @throws Error if it is not a response of HTTP/1.1 */
export function parseAnswerHead(bytes: Buffer): AnswerHead | undefined {
  const at = bytes.indexOf(end)
  if (at < 0) return undefined
  const [first, ...lines] = bytes.toString('latin1', 0, at).split('\r\n')
  const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(first!) ?? []
  if (status === undefined) throw new Error('the response is not HTTP/1')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
  // HTTP/1.0, and lengths that only the body gives, are left to the SDK.
  const isFramed = minor === '1' && !headers.has('transfer-encoding')
  const length = headers.get('content-length')
  return {
    status: Number(status),
    contentLength: isFramed && length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined,
    contentRange: headers.get('content-range'),
    isKeptAlive: isFramed && headers.get('connection')?.toLowerCase() !== 'close',
    length: at + end.length
  }
}
