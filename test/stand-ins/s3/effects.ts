import { S3Error, statusOf } from './errors.ts'
import type { FaultAction } from './faults.ts'

/** How a body stops short. */
export interface Stop {
  readonly kind: 'cut' | 'reset' | 'hang'
  /** Undefined: before anything is sent or read. */
  readonly afterBytes: number | undefined
}

/** The combined effect of the faults of one request. */
export interface Effects {
  readonly latencyMs: number
  readonly bytesPerSecond: number | undefined
  readonly stop: Stop | undefined
  readonly corruptAt: number | undefined
  readonly hasWrongChecksum: boolean
  readonly wrongRange: { readonly start: number; readonly bytes?: number } | undefined
  readonly losesAnswer: boolean
  readonly refuses: boolean
  readonly error: S3Error | undefined
  /** What happens to the object first: `null` is its end. */
  readonly replacement: Buffer | null | undefined
}

export const noEffects: Effects = {
  latencyMs: 0,
  bytesPerSecond: undefined,
  stop: undefined,
  corruptAt: undefined,
  hasWrongChecksum: false,
  wrongRange: undefined,
  losesAnswer: false,
  refuses: false,
  error: undefined,
  replacement: undefined
}

export function effectsOf(actions: readonly FaultAction[]): Effects {
  if (actions.length === 0) return noEffects
  return actions.reduce(addAction, noEffects)
}

function addAction(effects: Effects, action: FaultAction): Effects {
  switch (action.kind) {
    case 'error':
      return { ...effects, error: effects.error ?? errorOf(action) }
    case 'latency':
      return { ...effects, latencyMs: effects.latencyMs + action.firstByteMs }
    case 'bandwidth':
      return {
        ...effects,
        bytesPerSecond: Math.min(effects.bytesPerSecond ?? action.bytesPerSecond, action.bytesPerSecond)
      }
    case 'cut':
    case 'reset':
    case 'hang':
      return { ...effects, stop: effects.stop ?? { kind: action.kind, afterBytes: action.afterBytes } }
    case 'wrong-checksum':
      return { ...effects, hasWrongChecksum: true }
    case 'wrong-range':
      return { ...effects, wrongRange: action }
    case 'corrupt':
      return { ...effects, corruptAt: action.at }
    case 'vanish':
      return { ...effects, replacement: null }
    case 'replace':
      return { ...effects, replacement: action.bytes }
    case 'refuse-connection':
      return { ...effects, refuses: true }
    case 'lost-answer':
      return { ...effects, losesAnswer: true }
  }
}

function errorOf({ code, status, message }: FaultAction & { readonly kind: 'error' }): S3Error {
  return new S3Error(status ?? statusOf(code) ?? 500, code, message ?? `Injected by the test: ${code}`)
}
