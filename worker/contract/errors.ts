/**
 * What can end a request. The front end turns the code into an exit code or a reply; nothing reads the message's words.
 * - `wrong-words`, `wrong-config`, `output-exists`: the person who asked can mend it; nothing was started.
 * - `not-found`, `denied`, `archived`, `replaced`, `no-space`, `io`: a store refused one object.
 * - `unavailable`: a store serves nothing: no such bucket, no accepted credentials, no network.
 * - `archive-too-large`: a limit of the configuration.
 * - `query-failed`: Athena did not answer a query.
 * - `archive-invalid`, `internal`: a promise of ours broke.
 */
export type ErrorCode =
  | 'wrong-words'
  | 'wrong-config'
  | 'output-exists'
  | 'not-found'
  | 'denied'
  | 'archived'
  | 'replaced'
  | 'no-space'
  | 'io'
  | 'unavailable'
  | 'archive-too-large'
  | 'query-failed'
  | 'archive-invalid'
  | 'internal'

/** How an error is built; `message` is for the operator. */
export interface ErrorDetails {
  /** What it happened to: a key, a file, a word. */
  readonly subject?: string
  /** The same in plain words, when more can be said to the person who asked than the code says (`failure.ts`). */
  readonly userText?: string
  readonly cause?: unknown
}

/** The one base error: it always says what happened, then to what. */
export class IotLogError extends Error {
  readonly code: ErrorCode
  readonly subject: string | undefined
  /** Where the code alone would not say enough to the person who asked. */
  readonly userText: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'IotLogError'
    this.code = code
    this.subject = details.subject
    this.userText = details.userText
  }
}

/** One mistake in what somebody typed or configured. */
export interface Problem {
  /** The word or configuration key that is wrong, as it was written. */
  readonly subject: string
  /** What is wrong with it and what would be right. */
  readonly text: string
}

/** Every mistake of one request or configuration, told at once. */
export class ProblemsError extends IotLogError {
  readonly problems: readonly Problem[]
  /** The words to type instead, where they can be told. */
  readonly correction: readonly string[] | undefined

  constructor(code: 'wrong-words' | 'wrong-config', problems: readonly Problem[], correction?: readonly string[]) {
    super(code, problems.map((problem) => problem.text).join('\n'))
    this.name = 'ProblemsError'
    this.problems = problems
    this.correction = correction
  }
}

/** Gathers the mistakes of several checks, so that a person hears of all of them at once. */
export class ProblemCollector {
  readonly #problems: Problem[] = []
  #correction: readonly string[] | undefined

  /** Runs a check; undefined when it found problems. Other errors pass. */
  take<T>(check: () => T): T | undefined {
    try {
      return check()
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error
      this.add(error.problems)
      this.#correction ??= error.correction
      return undefined
    }
  }

  add(problems: readonly Problem[]): void {
    this.#problems.push(...problems)
  }

  /** @throws ProblemsError (`wrong-words`) when there was any problem */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new ProblemsError('wrong-words', this.#problems, this.#correction)
  }
}

/** The text of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
