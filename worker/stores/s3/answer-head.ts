/** What the head of an HTTP/1.1 answer says of its body. */
export interface AnswerHead {
  readonly status: number
  /** Undefined unless the body has a length told in advance. */
  readonly contentLength: number | undefined
  readonly contentRange: string | undefined
  /** Whether the connection takes another request afterwards. */
  readonly isKeptAlive: boolean
  /** Where the body begins. */
  readonly length: number
}

const end = Buffer.from('\r\n\r\n')

/** Reads the head (RFC 9112); undefined while it is not complete. @throws Error for what is no answer of HTTP/1.1 */
export function parseAnswerHead(bytes: Buffer): AnswerHead | undefined {
  const at = bytes.indexOf(end)
  if (at < 0) return undefined
  const lines = bytes.toString('latin1', 0, at).split('\r\n')
  const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(lines[0]!) ?? []
  if (status === undefined) throw new Error('the answer is not HTTP/1')
  const unknown = { contentLength: undefined, contentRange: undefined, isKeptAlive: false, length: at + end.length }
  if (minor === '0') return { status: Number(status), ...unknown }
  const head = { contentLength: undefined as number | undefined, contentRange: undefined as string | undefined }
  let isKeptAlive = true
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':')
    const value = line.slice(colon + 1).trim()
    switch (line.slice(0, colon).toLowerCase()) {
      case 'content-length':
        head.contentLength = /^\d+$/.test(value) ? Number(value) : undefined
        break
      case 'content-range':
        head.contentRange = value
        break
      case 'connection':
        isKeptAlive = value.toLowerCase() !== 'close'
        break
      // Lengths that only the body tells: left to the SDK.
      case 'transfer-encoding':
        return {
          status: Number(status),
          ...head,
          contentLength: undefined,
          isKeptAlive: false,
          length: at + end.length
        }
    }
  }
  return { status: Number(status), ...head, isKeptAlive, length: at + end.length }
}
