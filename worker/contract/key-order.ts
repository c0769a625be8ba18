/**
 * Compares keys as S3 lists them: by their UTF-8 bytes. JavaScript compares UTF-16 units, which differs only where a
 * surrogate pair (U+10000 and up) meets U+E000 to U+FFFF; keys without either are compared directly.
 */
export function compareKeys(a: string, b: string): number {
  if (beyondSurrogates.test(a) || beyondSurrogates.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : a > b ? 1 : 0
}

const beyondSurrogates = /[\ud800-\uffff]/
