/** Sizes are rounded up, so that a later body of about the same size can use the buffer. */
const stepBytes = 256 * 1024
const keptBodies = 4

/**
 * Reuses the bodies of requests. If each request allocated its megabytes, the process would hold that memory long after
 * it is garbage.
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

  /** Takes back the body of a request that has ended. An aborted request may still use its body. */
  giveBack(body: Buffer): void {
    if (this.#spare.length >= keptBodies) this.#spare.shift()
    this.#spare.push(Buffer.from(body.buffer, 0, body.buffer.byteLength))
  }
}
