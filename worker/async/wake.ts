/** Lets code wait for a change of state that other code reports. */
export class Wake {
  #next: PromiseWithResolvers<void> | undefined

  /** Resolves at the next {@link call}. Take it before looking at the state, or a change in between is missed. */
  next(): Promise<void> {
    this.#next ??= Promise.withResolvers()
    return this.#next.promise
  }

  /** Wakes all that wait. */
  call(): void {
    this.#next?.resolve()
    this.#next = undefined
  }
}
