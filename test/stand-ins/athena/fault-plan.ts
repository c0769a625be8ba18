import type { AthenaQuery } from './query.ts'

/** What becomes of a query by no fault of its own. */
export type QueryFault =
  /** Stays in a state until it is released. */
  | { readonly kind: 'hold'; readonly state: 'QUEUED' | 'RUNNING' }
  /** Fails; after half of its result objects were written where told. A user's data error (2, 1002) unless told. */
  | {
      readonly kind: 'fail'
      readonly message: string
      readonly category?: number
      readonly type?: number
      readonly retryable?: boolean
      readonly afterHalf?: boolean
    }
  /** Is stopped by somebody else. */
  | { readonly kind: 'cancel'; readonly reason?: string; readonly afterHalf?: boolean }
  /** Fails when it reads an object, with `HIVE_CURSOR_ERROR: Failed to read file at <uri>` unless told. */
  | { readonly kind: 'bad-object'; readonly uri: string; readonly message?: string }
  /** Succeeds, but one of its result objects is not there. */
  | { readonly kind: 'lose-results' }
  /** Succeeds, but its manifest is not there. */
  | { readonly kind: 'lose-manifest' }

/** Which queries it befalls; what is left out matches all. */
export interface QueryFaultRule {
  readonly sql?: RegExp
  readonly workgroup?: string
  /** How many queries; without end unless told. */
  readonly times?: number
  /** How many matching queries are spared first. */
  readonly after?: number
  readonly fault: QueryFault
}

export interface QueryFaultPlan {
  add(...rules: readonly QueryFaultRule[]): void
  clear(): void
  /** All that befalls a query: asked once, when it is submitted. */
  of(query: AthenaQuery): readonly QueryFault[]
}

export function createQueryFaults(given: readonly QueryFaultRule[]): QueryFaultPlan {
  const begin = (rule: QueryFaultRule) => ({ rule, matched: 0, acted: 0 })
  let rules = given.map(begin)
  return {
    add: (...added) => {
      rules.push(...added.map(begin))
    },
    clear: () => {
      rules = []
    },
    of: (query) => {
      const acting = rules.filter((state) => {
        const { sql, workgroup, times = Number.POSITIVE_INFINITY, after = 0 } = state.rule
        if (sql && !sql.test(query.sql)) return false
        if (workgroup !== undefined && workgroup !== query.workgroup) return false
        if (state.matched++ < after || state.acted >= times) return false
        state.acted++
        return true
      })
      return acting.map(({ rule }) => rule.fault)
    }
  }
}
