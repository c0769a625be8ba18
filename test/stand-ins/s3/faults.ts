import { statusOf } from './errors.ts'

/** What goes wrong, or slow. */
export type FaultAction =
  /** Answers with an error of S3 and does not carry the request out. Default `status`: that of the code. */
  | { readonly kind: 'error'; readonly code: string; readonly status?: number; readonly message?: string }
  /** Waits before the first byte of the answer. Several add up. */
  | { readonly kind: 'latency'; readonly firstByteMs: number }
  /** Slows the body, of the answer or of an upload, on each connection apart. The slowest of several counts. */
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  /** Ends the connection after that many bytes of the body, though more were announced. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Resets the connection (RST) after so many bytes of the body. Default: before the answer. */
  | { readonly kind: 'reset'; readonly afterBytes?: number }
  /** Sends no further byte and leaves the connection open. Default: before the head of the answer. */
  | { readonly kind: 'hang'; readonly afterBytes?: number }
  /** A GET sends a CRC32 that is not the body's. */
  | { readonly kind: 'wrong-checksum' }
  /** Flips the bits of the byte at that offset of the answer's body. */
  | { readonly kind: 'corrupt'; readonly at: number }
  /**
   * A GET answers with that range, whatever it asked for, and says so. Without `bytes` it has the length that was
   * asked for.
   */
  | { readonly kind: 'wrong-range'; readonly start: number; readonly bytes?: number }
  /** Deletes the object, then carries the request out. */
  | { readonly kind: 'vanish' }
  /** Replaces the object, then carries the request out. */
  | { readonly kind: 'replace'; readonly bytes: Buffer }
  /** Destroys the connection at once. */
  | { readonly kind: 'refuse-connection' }
  /** Carries the request out and resets the connection instead of answering. */
  | { readonly kind: 'lost-answer' }

/** A rule: which requests have the fault. A field that is left out matches all. */
export interface Fault {
  /** Names as the API has them: `GetObject`. */
  readonly operation?: string | readonly string[]
  readonly bucket?: string
  readonly key?: string | RegExp | ((key: string) => boolean)
  /** How often it acts. Default: no limit. */
  readonly times?: number
  /** How many matching requests pass first. */
  readonly after?: number
  /** Acts on this share of the matching requests, chosen by `seed`. */
  readonly probability?: number
  readonly seed?: number
  readonly action: FaultAction
}

/** The rules in force. They may change at any time; a request meets those at its arrival. */
export interface FaultPlan {
  add(...faults: readonly Fault[]): void
  /** Takes the very same objects out again. */
  remove(...faults: readonly Fault[]): void
  clear(): void
  readonly rules: readonly Fault[]
}

interface Rule {
  readonly fault: Fault
  matched: number
  acted: number
  random: () => number
}

/** The plan, and its faults for one request. */
export interface FaultState {
  readonly plan: FaultPlan
  actionsOn(operation: string, bucket: string | undefined, key: string | undefined): readonly FaultAction[]
}

const none: readonly FaultAction[] = []

export function createFaults(faults: readonly Fault[]): FaultState {
  let rules: Rule[] = []
  const plan: FaultPlan = {
    add: (...added) => {
      rules.push(...added.map(startRule))
    },
    remove: (...removed) => {
      rules = rules.filter(({ fault }) => !removed.includes(fault))
    },
    clear: () => {
      rules = []
    },
    get rules() {
      return rules.map(({ fault }) => fault)
    }
  }
  plan.add(...faults)
  return {
    plan,
    actionsOn: (operation, bucket, key) => {
      if (rules.length === 0) return none
      const acting = rules.filter((rule) => isFor(rule.fault, operation, bucket, key) && takesTurn(rule))
      return acting.map(({ fault }) => fault.action)
    }
  }
}

function startRule(fault: Fault): Rule {
  const { action } = fault
  if (action.kind === 'error' && (action.status ?? statusOf(action.code)) === undefined) {
    throw new Error(`A fault needs a status for the code ${action.code}`)
  }
  return { fault, matched: 0, acted: 0, random: seededRandom(fault.seed ?? 1) }
}

function isFor(fault: Fault, operation: string, bucket: string | undefined, key: string | undefined): boolean {
  if (fault.operation !== undefined) {
    const isNamed =
      typeof fault.operation === 'string' ? fault.operation === operation : fault.operation.includes(operation)
    if (!isNamed) return false
  }
  if (fault.bucket !== undefined && fault.bucket !== bucket) return false
  if (fault.key === undefined) return true
  if (key === undefined) return false
  if (typeof fault.key === 'string') return fault.key === key
  return typeof fault.key === 'function' ? fault.key(key) : fault.key.test(key)
}

function takesTurn(rule: Rule): boolean {
  const { after = 0, times = Number.POSITIVE_INFINITY, probability = 1 } = rule.fault
  if (rule.matched++ < after || rule.acted >= times) return false
  if (probability < 1 && rule.random() >= probability) return false
  rule.acted++
  return true
}

/** Mulberry32: the same numbers for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
