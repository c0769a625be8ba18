/** Contents by key, least recently used ones leaving first; never more than `limitBytes` together. */
export class ContentCache {
  readonly #contents = new Map<string, Buffer>()
  readonly #limitBytes: number
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** One content may take an eighth of the cache: a large one would empty it. */
  accepts(size: number): boolean {
    return size <= this.#limitBytes / 8
  }

  get(key: string): Buffer | undefined {
    const content = this.#contents.get(key)
    if (content === undefined) return undefined
    this.#contents.delete(key)
    this.#contents.set(key, content)
    return content
  }

  set(key: string, content: Buffer): void {
    this.delete(key)
    this.#contents.set(key, content)
    this.#bytes += content.length
    for (const oldest of this.#contents.keys()) {
      if (this.#bytes <= this.#limitBytes) return
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#contents.get(key)?.length ?? 0
    this.#contents.delete(key)
  }
}
