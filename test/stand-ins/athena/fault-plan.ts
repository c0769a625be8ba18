import type { AthenaQuery } from './query.ts'

/** What becomes of a query by no fault of its own. */
export type QueryFault =
  /** Stays in a state until it is released. */
  | { readonly kind: 'hold'; readonly state: 'QUEUED' | 'RUNNING' }
  /** Fails, with `afterHalf` after half of its result objects. Default: a user's data error (2, 1002). */
  | {
      readonly kind: 'fail'
      readonly message: string
      readonly category?: number
      readonly type?: number
      readonly retryable?: boolean
      readonly afterHalf?: boolean
    }
  /** Is stopped by another person. */
  | { readonly kind: 'cancel'; readonly reason?: string; readonly afterHalf?: boolean }
  /** Fails when it reads an object. Default: `HIVE_CURSOR_ERROR: Failed to read file at <uri>`. */
  | { readonly kind: 'bad-object'; readonly uri: string; readonly message?: string }
  /** Succeeds, but one of its result objects is not there. */
  | { readonly kind: 'lose-results' }
  /** Succeeds, but its manifest is not there. */
  | { readonly kind: 'lose-manifest' }

/** Which queries have the fault; a field that is left out matches all. */
export interface QueryFaultRule {
  readonly sql?: RegExp
  readonly workgroup?: string
  /** How many queries. Default: no limit. */
  readonly times?: number
  /** How many matching queries are spared first. */
  readonly after?: number
  readonly fault: QueryFault
}

export interface QueryFaultPlan {
  add(...rules: readonly QueryFaultRule[]): void
  clear(): void
  /** All faults of a query; called once, when the query is submitted. */
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
