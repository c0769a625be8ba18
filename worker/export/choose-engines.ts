import { configuredObstacle, sampledObstacle, unreadObstacle } from '../athena/readable.ts'
import type { Environment } from '../contract/config.ts'
import type { Limits } from '../contract/config-schema.ts'
import type { RequestOptions } from '../contract/request-options.ts'
import type { Store } from '../contract/store.ts'
import { chooseEngine, type EngineChoice, type ListedCategory } from '../model/engine.ts'
import type { CategoryPlan } from '../scan/category-plan.ts'
import type { Listing } from './listing.ts'

/** The input of {@link chooseEngines}. */
interface EngineSituation {
  readonly plans: readonly CategoryPlan[]
  readonly listing: Listing
  readonly environment: Environment
  readonly source: Store
  readonly limits: Limits
  readonly threads: number
  readonly wanted: RequestOptions['engine']
  /** Why this export can't use Athena, whatever the configuration says; undefined if it can. */
  readonly obstacle: string | undefined
}

/**
 * Chooses the engine of each category. For each category of Athena some objects are sampled. If Athena would misread
 * them, the choice is repeated without that category.
 * @throws ProblemsError (`wrong-words`) if the request wants Athena and Athena can't read a category
 */
export async function chooseEngines(situation: EngineSituation): Promise<EngineChoice> {
  const { plans, listing, environment, source, limits, threads, wanted } = situation
  const categories = plans.map(({ category, reading }, at) => ({
    name: category.name,
    objects: listing.categories[at]!.objects,
    storedBytes: listing.categories[at]!.storedBytes,
    obstacle: situation.obstacle ?? configuredObstacle(category, environment) ?? unreadObstacle(category.name, reading)
  }))
  const sampled = new Set<ListedCategory>()
  for (;;) {
    const choice = chooseEngine({ categories, threads, limits, wanted })
    const at = categories.findIndex((category, at) => choice.engines[at] === 'athena' && !sampled.has(category))
    if (at < 0) return choice
    sampled.add(categories[at]!)
    const { category, reading } = plans[at]!
    const listed = listing.categories[at]!
    categories[at]!.obstacle = await sampledObstacle(category.name, listed, reading.prefixLength, source)
  }
}
