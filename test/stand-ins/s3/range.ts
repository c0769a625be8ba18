/** Bytes `[start, end)`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** What a Range header asks of a body of that size; undefined where it is to be ignored, as S3 ignores several ranges. */
export function parseRange(text: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  if (!text.startsWith('bytes=')) return undefined
  const dash = text.indexOf('-', 6)
  if (dash < 0) return undefined
  const first = parseOffset(text.slice(6, dash))
  const last = parseOffset(text.slice(dash + 1))
  if (first === 'bad' || last === 'bad') return undefined
  if (first === undefined) {
    if (last === undefined) return undefined
    return last === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(size - last, 0), end: size }
  }
  if (last !== undefined && last < first) return undefined
  if (first >= size) return 'unsatisfiable'
  return { start: first, end: last === undefined ? size : Math.min(last + 1, size) }
}

function parseOffset(text: string): number | undefined | 'bad' {
  if (text === '') return undefined
  return /^\d{1,15}$/.test(text) ? Number(text) : 'bad'
}
