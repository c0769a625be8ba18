import type { StoredObject } from '../contract/store.ts'

/** Objects that one thread reads one after the other: few large ones or many small ones, since a message costs too. */
export interface Slice {
  /** 0, 1, 2, …: the order in which results leave the scan. */
  readonly number: number
  /** Which of the plan's categories the objects belong to. */
  readonly category: number
  readonly objects: readonly StoredObject[]
}

/** Measured: 64 small objects to a message cost as little as can be; fewer cost up to a third more. */
const maxObjects = 64
const maxStoredBytes = 4 * 1024 * 1024

/** Cuts pages of objects, in their order, into slices. */
export async function* cutSlices(categories: Iterable<AsyncIterable<readonly StoredObject[]>>): AsyncGenerator<Slice> {
  let number = 0
  let category = 0
  for (const pages of categories) {
    let objects: StoredObject[] = []
    let storedBytes = 0
    for await (const page of pages) {
      for (const object of page) {
        const isFull = objects.length === maxObjects || storedBytes + object.size > maxStoredBytes
        if (isFull && objects.length > 0) {
          yield { number: number++, category, objects }
          objects = []
          storedBytes = 0
        }
        objects.push(object)
        storedBytes += object.size
      }
    }
    if (objects.length > 0) yield { number: number++, category, objects }
    category++
  }
}
