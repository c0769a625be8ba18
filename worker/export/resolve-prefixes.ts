import type { LimitFunction } from 'p-limit'
import { IotLogError } from '../contract/errors.ts'
import { compareKeys } from '../contract/key-order.ts'
import { anyIdentifier, anyName, shownPrefix } from '../contract/layout.ts'
import type { Store } from '../contract/store.ts'
import type { CategoryPlan } from '../scan/category-plan.ts'

const anyMark = new RegExp(`[${anyName}${anyIdentifier}]`)

/** How many prefixes one hour or day of a layout with `*` may have. */
const mostPrefixes = 1_000

/**
 * The prefixes of a plan, with the names that the store has in place of `*`: folders are listed segment by segment. In key
 * order. A layout without `*` costs no request.
 * @throws IotLogError (`wrong-config`) if there are more than 1,000 for one hour or day
 */
export async function resolvePrefixes(
  { category, prefixes, identifiers = [] }: CategoryPlan,
  store: Store,
  limit: LimitFunction,
  signal: AbortSignal
): Promise<string[]> {
  /** Days and hours share their first segments. */
  const known = new Map<string, Promise<readonly string[]>>()
  const resolved = await Promise.all(prefixes.map(resolve))
  return resolved.flat().sort(compareKeys)

  async function resolve(prefix: string): Promise<string[]> {
    const at = prefix.search(anyMark)
    if (at < 0) return [prefix]
    const isWanted = (name: string): boolean => prefix[at] === anyName || identifiers.includes(name.toLowerCase())
    const end = prefix.indexOf('/', at) + 1
    const [before, behind, rest] = [prefix.slice(0, at), prefix.slice(at + 1, end), prefix.slice(end)]
    const folders = (await foldersBelow(before)).filter(
      (folder) =>
        folder.length >= before.length + behind.length &&
        folder.endsWith(behind) &&
        isWanted(folder.slice(before.length, folder.length - behind.length))
    )
    if (folders.length > mostPrefixes) throw tooMany(prefix)
    const found = (await Promise.all(folders.map((folder) => resolve(folder + rest)))).flat()
    if (found.length > mostPrefixes) throw tooMany(prefix)
    return found
  }

  function foldersBelow(prefix: string): Promise<readonly string[]> {
    const folders = known.get(prefix) ?? limit(() => listAll(prefix))
    known.set(prefix, folders)
    return folders
  }

  async function listAll(prefix: string): Promise<readonly string[]> {
    const folders: string[] = []
    for await (const page of store.listFolders(prefix, signal)) {
      signal.throwIfAborted()
      folders.push(...page)
    }
    return folders
  }

  function tooMany(prefix: string): IotLogError {
    const text =
      `The layout of ${category.name} (${category.layout.template}) stands for more than 1,000 prefixes at ` +
      `${shownPrefix(prefix)}: write names in place of *, or one category for each`
    return new IotLogError('wrong-config', text, { subject: category.name })
  }
}
