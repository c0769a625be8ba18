/** What goes wrong, or slow. */
export type SlackFaultAction =
  /** Answers as Slack does when it refuses: HTTP 200 with `{"ok":false,"error":…}`; response URLs with 404. Not carried out. */
  | { readonly kind: 'error'; readonly error: string; readonly details?: Readonly<Record<string, unknown>> }
  /** Answers 429 with Retry-After (default: 1 second) and does not carry the call out. */
  | { readonly kind: 'rate-limit'; readonly retryAfterSeconds?: number }
  /** Answers with a bare status and text, as a broken front end does. Not carried out. */
  | { readonly kind: 'http'; readonly status: number; readonly body?: string }
  /** Waits before the request is carried out. Several add up. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Sends nothing and leaves the connection open. Not carried out. */
  | { readonly kind: 'hang' }
  /** Resets the connection. Not carried out. */
  | { readonly kind: 'reset' }
  /** Carries the request out and resets the connection instead of answering. */
  | { readonly kind: 'lost-answer' }

/** A rule: which requests have the fault. A field that is left out matches all. */
export interface SlackFault {
  /** `chat.update` and so on; `response_url` and `upload` for the other two places. */
  readonly method?: string | readonly string[]
  /** Looks at the arguments of the call. */
  readonly when?: (args: Readonly<Record<string, unknown>>) => boolean
  /** How often it acts. Default: no limit. */
  readonly times?: number
  /** How many matching requests pass first. */
  readonly after?: number
  readonly action: SlackFaultAction
}

/** The rules in force. They may change at any time; a request meets those at its arrival. */
export interface SlackFaultPlan {
  add(...faults: readonly SlackFault[]): void
  /** Takes the very same objects out again. */
  remove(...faults: readonly SlackFault[]): void
  clear(): void
}

export interface SlackFaultState {
  readonly plan: SlackFaultPlan
  actionsOn(method: string, args: Readonly<Record<string, unknown>>): readonly SlackFaultAction[]
}

interface Rule {
  readonly fault: SlackFault
  matched: number
  acted: number
}

export function createSlackFaults(faults: readonly SlackFault[]): SlackFaultState {
  let rules: Rule[] = []
  const plan: SlackFaultPlan = {
    add: (...added) => {
      rules.push(...added.map((fault) => ({ fault, matched: 0, acted: 0 })))
    },
    remove: (...removed) => {
      rules = rules.filter(({ fault }) => !removed.includes(fault))
    },
    clear: () => {
      rules = []
    }
  }
  plan.add(...faults)
  return {
    plan,
    actionsOn: (method, args) =>
      rules.filter((rule) => isFor(rule.fault, method, args) && takesTurn(rule)).map(({ fault }) => fault.action)
  }
}

function isFor(fault: SlackFault, method: string, args: Readonly<Record<string, unknown>>): boolean {
  if (fault.method !== undefined && ![fault.method].flat().includes(method)) return false
  return fault.when?.(args) ?? true
}

function takesTurn(rule: Rule): boolean {
  const { after = 0, times = Number.POSITIVE_INFINITY } = rule.fault
  if (rule.matched++ < after || rule.acted >= times) return false
  rule.acted++
  return true
}
