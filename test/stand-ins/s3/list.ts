import { compareUtf8, firstPosition, type KeyIndex, lowerBound } from './key-order.ts'

export interface ListQuery {
  readonly prefix: string
  /** Empty for none. */
  readonly delimiter: string
  readonly maxKeys: number
  readonly after?: ListPlace | undefined
}

/** Where a page begins: behind a key, or behind every key that begins with a common prefix. */
export interface ListPlace {
  readonly key: string
  readonly isCommonPrefix: boolean
}

export interface ListPage {
  /** Positions of the objects in the index. */
  readonly positions: readonly number[]
  readonly commonPrefixes: readonly string[]
  /** Where the next page begins; undefined on the last. */
  readonly next: ListPlace | undefined
}

/** One page of a listing, as ListObjectsV2 defines it. A common prefix counts as one key and is passed in one step. */
export function listPage(index: KeyIndex, query: ListQuery): ListPage {
  const { prefix, delimiter, maxKeys } = query
  const positions: number[] = []
  const commonPrefixes: string[] = []
  let last: ListPlace | undefined
  for (let position = firstOf(index, query); position < index.count; ) {
    const key = index.keyAt(position)
    if (!key.startsWith(prefix)) break
    if (positions.length + commonPrefixes.length >= maxKeys) return { positions, commonPrefixes, next: last }
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    if (cut < 0) {
      positions.push(position++)
      last = { key, isCommonPrefix: false }
    } else {
      const common = key.slice(0, cut + delimiter.length)
      commonPrefixes.push(common)
      last = { key: common, isCommonPrefix: true }
      position = firstBehind(index, last, position)
    }
  }
  return { positions, commonPrefixes, next: undefined }
}

function firstOf(index: KeyIndex, { prefix, after }: ListQuery): number {
  const start = lowerBound(index, prefix)
  return after === undefined ? start : firstBehind(index, after, start)
}

function firstBehind(index: KeyIndex, { key, isCommonPrefix }: ListPlace, from: number): number {
  const isBehind = (other: string): boolean => compareUtf8(other, key) > 0 && !(isCommonPrefix && other.startsWith(key))
  return firstPosition(index, isBehind, from)
}
