/** Word characters as `grep -w` knows them in the C locale: `[A-Za-z0-9_]`, so no byte of a non-ASCII letter. */
const isWordByte = Uint8Array.from({ length: 256 }, (_, byte) =>
  /\w/.test(String.fromCharCode(byte)) && byte < 128 ? 1 : 0
)

/** Whether neither neighbour of `block[start, end)` is a word character. */
export function isWholeWord(block: Buffer, start: number, end: number): boolean {
  const before = start > 0 ? isWordByte[block[start - 1]!]! : 0
  const after = end < block.length ? isWordByte[block[end]!]! : 0
  return before === 0 && after === 0
}
