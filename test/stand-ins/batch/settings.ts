import { clientError } from './client-error.ts'
import type { EvaluateOnExit, RetryStrategy } from './retry.ts'

export interface JobDefinitionOptions {
  /** `Ref::name` stands for a parameter. */
  readonly command: readonly string[]
  readonly image?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Defaults of parameters. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Default: one attempt. */
  readonly retryStrategy?: { readonly attempts?: number; readonly evaluateOnExit?: readonly EvaluateOnExit[] }
  readonly timeout?: { readonly attemptDurationSeconds?: number }
  /** Between SIGTERM and SIGKILL. Default: 30, as in `containerProperties`; 2 to 120 in `ecsProperties`. */
  readonly stopTimeoutSeconds?: number
  /** Default: 1. */
  readonly revision?: number
}

export interface QueueOptions {
  /** Jobs that run at once. Default: 4; 0 means no capacity. */
  readonly capacity?: number
  readonly isEnabled?: boolean
  readonly jobStateTimeLimitActions?: readonly JobStateTimeLimitAction[]
}

/** What happens to a job that stays RUNNABLE at the head of its queue. */
export interface JobStateTimeLimitAction {
  /** `CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY`, `MISCONFIGURATION:…`: acts where a queue is stuck for it. */
  readonly reason: string
  /** 600 to 86,400. */
  readonly maxTimeSeconds: number
}

/** Refuses a definition or queue that AWS would not register. */
export function checkDefinition({ retryStrategy, timeout, stopTimeoutSeconds = 30 }: JobDefinitionOptions): void {
  checkRetryStrategy(retryStrategy)
  checkTimeout(timeout)
  if (stopTimeoutSeconds < 2 || stopTimeoutSeconds > 120) throw clientError('stopTimeout must be between 2 and 120')
}

export function checkQueue({ jobStateTimeLimitActions = [] }: QueueOptions): void {
  for (const { reason, maxTimeSeconds } of jobStateTimeLimitActions) {
    if (!/^(?:CAPACITY|MISCONFIGURATION):[A-Z_]+$/.test(reason)) {
      throw clientError(`jobStateTimeLimitActions.reason is not one of Batch's: ${reason}`)
    }
    if (maxTimeSeconds < 600 || maxTimeSeconds > 86_400) {
      throw clientError('jobStateTimeLimitActions.maxTimeSeconds must be between 600 and 86400')
    }
  }
}

const textPattern = /^[A-Za-z0-9.: \t]*\*?$/
const codePattern = /^[0-9]*\*?$/

/** Checks a retry strategy and fills it in. @throws Refusal */
export function checkRetryStrategy(strategy: JobDefinitionOptions['retryStrategy']): RetryStrategy {
  const { attempts = 1, evaluateOnExit = [] } = strategy ?? {}
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > 10) {
    throw clientError('retryStrategy.attempts must be between 1 and 10')
  }
  if (evaluateOnExit.length > 0 && strategy?.attempts === undefined) {
    throw clientError('retryStrategy.attempts must be specified with evaluateOnExit')
  }
  if (evaluateOnExit.length > 5) throw clientError('retryStrategy.evaluateOnExit allows at most 5 rules')
  for (const rule of evaluateOnExit) {
    if (!/^(?:retry|exit)$/i.test(rule.action ?? '')) throw clientError('evaluateOnExit.action must be RETRY or EXIT')
    checkPattern('onReason', rule.onReason, textPattern)
    checkPattern('onStatusReason', rule.onStatusReason, textPattern)
    checkPattern('onExitCode', rule.onExitCode, codePattern)
  }
  return { attempts, evaluateOnExit }
}

function checkPattern(name: string, pattern: string | undefined, form: RegExp): void {
  if (pattern === undefined) return
  if (pattern.length <= 512 && form.test(pattern)) return
  throw clientError(`evaluateOnExit.${name} is not a valid pattern: ${pattern}`)
}

export function checkTimeout(timeout: JobDefinitionOptions['timeout']): number | undefined {
  const seconds = timeout?.attemptDurationSeconds
  if (seconds !== undefined && (!Number.isInteger(seconds) || seconds < 60)) {
    throw clientError('timeout.attemptDurationSeconds must be at least 60')
  }
  return seconds
}
