import type { StoredObject } from '../contract/store.ts'

/** Objects that one thread reads one after the other: a few large ones or many small ones, since each message costs. */
export interface Slice {
  /** 0, 1, 2, …: the order in which results leave the scan. */
  readonly number: number
  /** The number of the objects' category in the plan. */
  readonly category: number
  readonly objects: readonly StoredObject[]
}

/** Measured: with 64 small objects a message costs least. With fewer the scan takes up to a third longer. */
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
