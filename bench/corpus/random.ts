/**
 * A small seeded generator, so that a corpus is the same bytes on every machine and in every run.
 * mulberry32 (Tommy Ettinger, public domain): 32 bits of state are plenty for test data.
 */
export interface Random {
  /** A number in [0, 1). */
  readonly next: () => number
  /** A whole number in [0, limit). */
  readonly below: (limit: number) => number
  /** One element of a list that is not empty. */
  readonly pick: <T>(choices: readonly T[]) => T
  /** A string of `digits` lower-case hexadecimal digits. */
  readonly hex: (digits: number) => string
}

/** Starts a generator; equal seeds give equal sequences. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next32 = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number): number => Math.floor((next32() / 0x1_0000_0000) * limit)
  return {
    next: () => next32() / 0x1_0000_0000,
    below,
    pick: (choices) => choices[below(choices.length)] as (typeof choices)[number],
    hex: (digits) => {
      let text = ''
      while (text.length < digits) text += next32().toString(16).padStart(8, '0')
      return text.slice(0, digits)
    }
  }
}

/** A version 4 UUID drawn from the generator. */
export function randomUuid(random: Random): string {
  const hex = random.hex(32)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
