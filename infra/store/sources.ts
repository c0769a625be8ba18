import type { Category } from '../../worker/contract/config.ts'
import type { Deployment } from '../deployment.ts'

/*
 * The sources of an environment's logs, from `deploy.ingest` of its configuration, with the names of their streams.
 * Pure.
 */

/** One stream: a category from one kind of producer. */
export interface Source {
  readonly category: Category
  /** The name of its delivery stream. The names of its objects begin with it. */
  readonly stream: string
  readonly from:
    | { readonly kind: 'topics'; readonly topics: readonly string[] }
    | { readonly kind: 'log-groups'; readonly logGroups: readonly string[]; readonly accounts: readonly string[] }
    | { readonly kind: 'account'; readonly account: string }
}

/** All sources, a stream for each. */
export function sourcesOf({ prefix, settings, environment }: Deployment): readonly Source[] {
  return Object.entries(settings.ingest).flatMap(([name, { topics, logGroups, accounts }]) => {
    const category = environment.categories.get(name)!
    const stream = `${prefix}-${name}`
    const sources: Source[] = []
    if (topics.length > 0) sources.push({ category, stream, from: { kind: 'topics', topics } })
    if (logGroups.length + accounts.length > 0) {
      sources.push({ category, stream: `${stream}-logs`, from: { kind: 'log-groups', logGroups, accounts } })
    }
    for (const account of accounts) {
      sources.push({ category, stream: `${stream}-${account}`, from: { kind: 'account', account } })
    }
    return sources
  })
}

/** Accounts that deliver, each with its streams. */
export function producersOf(deployment: Deployment): ReadonlyMap<string, readonly string[]> {
  const pairs = sourcesOf(deployment).flatMap(({ stream, from }) => {
    return from.kind === 'account' ? [{ account: from.account, stream }] : []
  })
  const byAccount = Map.groupBy(pairs, ({ account }) => account)
  return new Map([...byAccount].map(([account, own]) => [account, own.map(({ stream }) => stream)]))
}
