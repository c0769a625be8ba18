/**
 * What can end a request. The front end turns the code into an exit code or a reply; no code parses the message.
 * - `wrong-words`, `wrong-config`, `output-exists`: the user can fix it; nothing was started.
 * - `not-found`, `denied`, `archived`, `replaced`, `no-space`, `io`: a store rejected a request for one object.
 * - `unavailable`: a store serves nothing: no such bucket, no accepted credentials, no network.
 * - `archive-too-large`: a limit of the configuration.
 * - `query-failed`: a query of Athena failed.
 * - `archive-invalid`, `internal`: a defect of iot-log.
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
  /** What the error is about: a key, a file, a word. */
  readonly subject?: string
  /** The text for the user, if it can say more than the text of the code (`failure.ts`). */
  readonly userText?: string
  readonly cause?: unknown
}

/** The one base error. Its message says what happened, then to what. */
export class IotLogError extends Error {
  readonly code: ErrorCode
  readonly subject: string | undefined
  /** The text for the user, if the text of the code is not enough. */
  readonly userText: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'IotLogError'
    this.code = code
    this.subject = details.subject
    this.userText = details.userText
  }
}

/** One mistake in a request or a configuration. */
export interface Problem {
  /** The word or configuration key that is wrong, as it was written. */
  readonly subject: string
  /** What is wrong with it and what would be right. */
  readonly text: string
}

/** All mistakes of one request or configuration, reported at once. */
export class ProblemsError extends IotLogError {
  readonly problems: readonly Problem[]
  /** The corrected words, if they are known. */
  readonly correction: readonly string[] | undefined

  constructor(code: 'wrong-words' | 'wrong-config', problems: readonly Problem[], correction?: readonly string[]) {
    super(code, problems.map((problem) => problem.text).join('\n'))
    this.name = 'ProblemsError'
    this.problems = problems
    this.correction = correction
  }
}

/** Collects the mistakes of several checks, so that all are reported at once. */
export class ProblemCollector {
  readonly #problems: Problem[] = []
  #correction: readonly string[] | undefined

  /** Runs a check; undefined if it found problems. Other errors are thrown. */
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

  /** @throws ProblemsError (`wrong-words`) if there was any problem */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new ProblemsError('wrong-words', this.#problems, this.#correction)
  }
}

/** The text of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
