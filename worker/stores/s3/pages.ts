/*
 * Buffers that are filled, read and filled again: fetched bytes live for a moment, and as fresh buffers they would be the
 * garbage collector's main work.
 */

const largeBytes = 256 * 1024
/** Most objects of a fleet that writes one object a message or a minute fit into one. */
const smallBytes = 16 * 1024

/** The pages of one thread. */
export class Pages {
  readonly #large: Buffer[] = []
  readonly #small: Buffer[] = []

  /** A page for the next part of so many bytes. */
  take(wantedBytes: number): Buffer {
    return wantedBytes <= smallBytes
      ? (this.#small.pop() ?? Buffer.allocUnsafeSlow(smallBytes))
      : (this.#large.pop() ?? Buffer.allocUnsafeSlow(largeBytes))
  }

  /** Takes a page back; its bytes may change from now on. */
  giveBack(page: Buffer): void {
    const kept = page.length === smallBytes ? this.#small : this.#large
    kept.push(page)
  }
}
