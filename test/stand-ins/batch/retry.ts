/** One rule of a retry strategy. All conditions it has must hold. */
export interface EvaluateOnExit {
  readonly onExitCode?: string | undefined
  readonly onReason?: string | undefined
  readonly onStatusReason?: string | undefined
  /** RETRY or EXIT, in any case. */
  readonly action: string
}

export interface RetryStrategy {
  readonly attempts: number
  readonly evaluateOnExit: readonly EvaluateOnExit[]
}

/** How an attempt failed. */
export interface AttemptEnd {
  readonly exitCode: number | undefined
  /** Of the container. */
  readonly reason: string | undefined
  readonly statusReason: string | undefined
}

/** Whether another attempt follows: the first rule that matches decides, and where none does there is one. */
export function isRetried({ attempts, evaluateOnExit }: RetryStrategy, attempt: number, end: AttemptEnd): boolean {
  if (attempt >= attempts) return false
  const rule = evaluateOnExit.find((one) => matches(one, end))
  return rule === undefined || rule.action.toUpperCase() === 'RETRY'
}

function matches({ onExitCode, onReason, onStatusReason }: EvaluateOnExit, end: AttemptEnd): boolean {
  return (
    isLike(onExitCode, end.exitCode === undefined ? '' : String(end.exitCode)) &&
    isLike(onReason, end.reason ?? '') &&
    isLike(onStatusReason, end.statusReason ?? '')
  )
}

/** A pattern is the whole text, or its beginning where it ends with an asterisk. */
function isLike(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern
}
