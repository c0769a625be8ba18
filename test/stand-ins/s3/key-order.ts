/**
 * Compares keys by their UTF-8 bytes, as S3 orders a bucket. Written apart from the product's own order on purpose: a
 * mistake there has to show.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const first = a.charCodeAt(at)
    const second = b.charCodeAt(at)
    if (first !== second) return rank(first) - rank(second)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above everything else in UTF-16: move them there. */
const rank = (unit: number): number => (unit < 0xd800 ? unit : unit >= 0xe000 ? unit - 0x800 : unit + 0x2000)

/** Sorted keys, wherever they come from. */
export interface KeyIndex {
  readonly count: number
  keyAt(position: number): string
}

/** The first position whose key fulfils a condition that, once true, stays true; `count` where none does. */
export function firstPosition(index: KeyIndex, isReached: (key: string) => boolean, from = 0): number {
  let low = from
  let high = index.count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isReached(index.keyAt(middle))) high = middle
    else low = middle + 1
  }
  return low
}

/** Where `key` is, or where it belongs. */
export function lowerBound(index: KeyIndex, key: string): number {
  return firstPosition(index, (other) => compareUtf8(other, key) >= 0)
}

const beyondSurrogates = /[\ud800-\uffff]/

/** Sorts in place; keys that both orders agree on by the engine's own comparison. */
export function sortKeys(keys: string[]): void {
  if (keys.some((key) => beyondSurrogates.test(key))) keys.sort(compareUtf8)
  else keys.sort()
}
