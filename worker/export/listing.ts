import { setImmediate } from 'node:timers/promises'
import limitConcurrency from 'p-limit'
import type { Store, StoredObject } from '../contract/store.ts'
import type { CategoryListing, CategoryPlan, ListedAmounts } from '../scan/category-plan.ts'
import { Spool } from '../spool/spool.ts'
import { createSkipRule } from './plan.ts'
import { resolvePrefixes } from './resolve-prefixes.ts'

/*
 * Lists the objects of a request. A day may have millions, so the pages go to a spool and are read back in key order. As
 * many prefixes as the store allows are listed at once, since the pages of one prefix can only follow one another.
 */

/** About 10,000 keys. More go to a temporary file. */
const memoryBytes = 1024 * 1024

/** The listings of all categories. Disposing frees the spool. */
export interface Listing extends Readonly<ListedAmounts>, Disposable {
  readonly categories: readonly ListedCategory[]
}

interface ListedCategory extends CategoryListing {
  /** The prefixes that were listed, in key order: those of the plan, with names in place of `*`. */
  readonly prefixes: readonly string[]
  /** Those that hold objects to read. */
  readonly filled: ReadonlySet<string>
}

/**
 * Lists all prefixes of a plan. `objects` counts the objects to read, `skipped` those that a rule excludes.
 * @throws IotLogError if a prefix can't be listed: an export that does not know its objects is not complete
 */
export async function listObjects(
  store: Store,
  plans: readonly CategoryPlan[],
  signal: AbortSignal,
  onProgress: (objects: number) => void = () => {}
): Promise<Listing> {
  const spool = new Spool<readonly StoredObject[]>(memoryBytes)
  const limit = limitConcurrency(store.parallelLists)
  const total: ListedAmounts = { objects: 0, storedBytes: 0, skipped: 0 }
  const failed = new AbortController()
  const stop = AbortSignal.any([signal, failed.signal])
  try {
    const categories = await Promise.all(plans.map((plan) => listCategory(plan)))
    stop.throwIfAborted()
    return { ...total, categories, [Symbol.dispose]: () => spool[Symbol.dispose]() }
  } catch (error) {
    failed.abort(error)
    limit.clearQueue()
    spool[Symbol.dispose]()
    throw error
  }

  async function listCategory(plan: CategoryPlan): Promise<ListedCategory> {
    const amounts: ListedAmounts = { objects: 0, storedBytes: 0, skipped: 0 }
    const isSkipped = createSkipRule(plan.category)
    const prefixes = await resolvePrefixes(plan, store, limit, stop)
    const lists = await Promise.all(prefixes.map((prefix) => limit(() => listPrefix(prefix, isSkipped, amounts))))
    const numbers = lists.flat()
    return {
      ...amounts,
      prefixes,
      filled: new Set(prefixes.filter((_, at) => lists[at]!.length > 0)),
      pages: async function* () {
        for (const number of numbers) yield spool.get(number)
      }
    }
  }

  async function listPrefix(
    prefix: string,
    isSkipped: (object: StoredObject) => boolean,
    amounts: ListedAmounts
  ): Promise<number[]> {
    const numbers: number[] = []
    for await (const page of store.list(prefix, stop)) {
      stop.throwIfAborted()
      const objects = page.filter((object) => !isSkipped(object))
      const storedBytes = objects.reduce((sum, object) => sum + object.size, 0)
      for (const one of [amounts, total]) {
        one.objects += objects.length
        one.storedBytes += storedBytes
        one.skipped += page.length - objects.length
      }
      if (objects.length > 0) numbers.push(spool.append(objects))
      onProgress(total.objects)
      // A directory lists without waiting, so signals and aborts would have no effect.
      await setImmediate()
    }
    return numbers
  }
}
