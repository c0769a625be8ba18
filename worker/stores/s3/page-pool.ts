/*
 * Buffers that are filled, read and filled again: fetched bytes live for a moment, and as fresh buffers they would be the
 * garbage collector's main work.
 */

/** Ascending. Most objects of a fleet that writes one object a message or a minute fit into one of the smaller ones. */
const pageSizes = [16 * 1024, 64 * 1024, 256 * 1024] as const
const largestBytes = pageSizes[2]

/** The page that the next part of so many bytes gets. */
const pageSizeFor = (wantedBytes: number): number => pageSizes.find((size) => wantedBytes <= size) ?? largestBytes

/** What the pages of so many bytes take. */
export function pageBytesOf(bytes: number): number {
  const rest = bytes % largestBytes
  return bytes - rest + (rest === 0 ? 0 : pageSizeFor(rest))
}

/** The pages of one thread. */
export class Pages {
  readonly #kept = new Map<number, Buffer[]>(pageSizes.map((size) => [size, []]))

  /** A page for the next part of so many bytes. */
  take(wantedBytes: number): Buffer {
    const size = pageSizeFor(wantedBytes)
    return this.#kept.get(size)!.pop() ?? Buffer.allocUnsafeSlow(size)
  }

  /** Takes a page back; its bytes may change from now on. */
  giveBack(page: Buffer): void {
    this.#kept.get(page.length)!.push(page)
  }
}
