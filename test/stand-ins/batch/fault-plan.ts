/** What becomes of an attempt by no fault of its own. Milliseconds count from its start. */
export type AttemptFault =
  | { readonly kind: 'cannot-pull-image' }
  | { readonly kind: 'out-of-memory'; readonly afterMs: number }
  | { readonly kind: 'spot-interruption'; readonly afterMs: number }
  /** SIGKILL out of nothing. */
  | { readonly kind: 'kill'; readonly afterMs: number }

/** Which attempts have the fault; a field that is left out matches all. */
export interface AttemptFaultRule {
  readonly queue?: string
  readonly attempt?: number
  /** How many attempts. Default: no limit. */
  readonly times?: number
  readonly fault: AttemptFault
}

export interface AttemptFaultPlan {
  add(...rules: readonly AttemptFaultRule[]): void
  clear(): void
  of(queue: string, attempt: number): AttemptFault | undefined
}

export function createAttemptFaults(given: readonly AttemptFaultRule[]): AttemptFaultPlan {
  let rules = given.map((rule) => ({ rule, acted: 0 }))
  return {
    add: (...added) => {
      rules.push(...added.map((rule) => ({ rule, acted: 0 })))
    },
    clear: () => {
      rules = []
    },
    of: (queue, attempt) => {
      const found = rules.find(
        ({ rule, acted }) =>
          (rule.queue ?? queue) === queue &&
          (rule.attempt ?? attempt) === attempt &&
          acted < (rule.times ?? Number.POSITIVE_INFINITY)
      )
      if (found) found.acted++
      return found?.rule.fault
    }
  }
}
