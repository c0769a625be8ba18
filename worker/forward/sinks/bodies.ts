/** Rounded up, so that one body serves for the next of about the same size. */
const stepBytes = 256 * 1024
const keptBodies = 4

/**
 * Bodies of requests, used again and again: megabytes that are allocated anew for each request stay with the process
 * long after they are garbage.
 */
export class Bodies {
  readonly #spare: Buffer[] = []

  /** A buffer of exactly that length, its content undefined. */
  take(length: number): Buffer {
    const position = this.#spare.findIndex((buffer) => buffer.length >= length)
    const whole =
      position < 0
        ? Buffer.allocUnsafeSlow(Math.ceil(length / stepBytes) * stepBytes)
        : this.#spare.splice(position, 1)[0]!
    return whole.subarray(0, length)
  }

  /** Only what was sent to its end: a request that was given up may still hold its body. */
  giveBack(body: Buffer): void {
    if (this.#spare.length >= keptBodies) this.#spare.shift()
    this.#spare.push(Buffer.from(body.buffer, 0, body.buffer.byteLength))
  }
}
