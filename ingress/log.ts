/*
 * One line of JSON for each thing worth knowing. Never a body, a token, a signature or a response URL: nothing here is
 * handed one, and what looks like one in the text of an error is blotted out.
 */

export type LogLevel = 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void

const longestText = 1_000

/** What must never be read in a log, wherever it came from. */
const secrets: readonly RegExp[] = [
  /xox[a-z]-[\w-]+/gi,
  /https?:\/\/[^\s"']*\/(?:commands|actions|app|services)\/[^\s"']*/gi,
  /v0=[0-9a-f]{64}/gi,
  /([?&](?:X-Amz-(?:Signature|Security-Token|Credential)|s)=)[^&\s"']+/gi
]

/** Logs to a function that takes one line, without its end. */
export function createLog(write: (line: string) => void, nowMs: () => number): Log {
  return (level, message, fields = {}) => {
    const cleaned = Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === 'string' ? cleanText(value) : value
    ])
    const time = new Date(nowMs()).toISOString()
    write(JSON.stringify({ time, level, message: cleanText(message), ...Object.fromEntries(cleaned) }))
  }
}

/** Text from elsewhere, on one line, without control characters (which could colour or forge lines) and secrets. */
export function cleanText(text: string): string {
  const visible = text.slice(0, longestText * 4).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
  return secrets.reduce((kept, secret) => kept.replace(secret, '[secret]'), visible).slice(0, longestText)
}

/** What is worth knowing of anything thrown. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) }
  const code = (error as { code?: unknown }).code
  const cause = error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : undefined
  return {
    error: `${error.name}: ${error.message}`,
    ...(typeof code === 'string' && { code }),
    ...(cause && { cause })
  }
}
