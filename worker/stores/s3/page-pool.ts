/*
 * Reuses the buffers of fetched bytes. They are needed only for a moment, and new buffers would be the main work of the
 * garbage collector.
 */

/** Ascending. If a fleet writes one object for each message or minute, most objects fit into a smaller page. */
const pageSizes = [16 * 1024, 64 * 1024, 256 * 1024] as const
const largestBytes = pageSizes[2]

/** The size of the page for the next bytes. */
const pageSizeFor = (wantedBytes: number): number => pageSizes.find((size) => wantedBytes <= size) ?? largestBytes

/** The memory of the pages for so many bytes. */
export function pageBytesOf(bytes: number): number {
  const rest = bytes % largestBytes
  return bytes - rest + (rest === 0 ? 0 : pageSizeFor(rest))
}

/** The pages of one thread. */
export class Pages {
  readonly #kept = new Map<number, Buffer[]>(pageSizes.map((size) => [size, []]))

  /** A page for the next bytes. It may be smaller than they are. */
  take(wantedBytes: number): Buffer {
    const size = pageSizeFor(wantedBytes)
    return this.#kept.get(size)!.pop() ?? Buffer.allocUnsafeSlow(size)
  }

  /** Takes a page back. Its bytes may change from then on. */
  giveBack(page: Buffer): void {
    this.#kept.get(page.length)!.push(page)
  }
}
