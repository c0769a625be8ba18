/** What goes wrong with a call, or slows it. */
export type CallFaultAction =
  /** Rejects the call and does not carry it out. Default status: 400, or 500 for a ServerException. */
  | { readonly kind: 'error'; readonly type: string; readonly status?: number; readonly message?: string }
  /** Waits before the call is carried out. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Sends nothing and leaves the connection open. Not carried out. */
  | { readonly kind: 'hang' }
  /** Resets the connection. Not carried out. */
  | { readonly kind: 'reset' }
  /** Carries the call out and resets the connection instead of answering. */
  | { readonly kind: 'lost-answer' }

export interface CallFault {
  /** `SubmitJob`, `GetQueryExecution` and so on. Default: all. */
  readonly operation?: string | readonly string[]
  /** How often it acts. Default: no limit. */
  readonly times?: number
  /** How many matching calls pass first. */
  readonly after?: number
  readonly action: CallFaultAction
}

export interface CallFaultPlan {
  add(...faults: readonly CallFault[]): void
  clear(): void
}

export interface CallFaultState {
  readonly plan: CallFaultPlan
  actionsOn(operation: string): readonly CallFaultAction[]
}

export function createCallFaults(faults: readonly CallFault[]): CallFaultState {
  const begin = (fault: CallFault) => ({ fault, matched: 0, acted: 0 })
  let rules = faults.map(begin)
  return {
    plan: {
      add: (...added) => {
        rules.push(...added.map(begin))
      },
      clear: () => {
        rules = []
      }
    },
    actionsOn: (operation) => {
      const acting = rules.filter((rule) => {
        const { operation: wanted, after = 0, times = Number.POSITIVE_INFINITY } = rule.fault
        if (wanted !== undefined && ![wanted].flat().includes(operation)) return false
        if (rule.matched++ < after || rule.acted >= times) return false
        rule.acted++
        return true
      })
      return acting.map(({ fault }) => fault.action)
    }
  }
}
