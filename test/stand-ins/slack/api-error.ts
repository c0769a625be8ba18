/** A refusal in Slack's words: HTTP 200 with `{"ok":false,"error":…}`. */
export class SlackApiError extends Error {
  readonly code: string
  /** Further keys of the answer. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, details: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.code = code
    this.details = details
  }
}

/** A refusal that lists what is wrong, each with a JSON pointer, in both places where Slack puts it. */
export function refusalWithProblems(code: string, problems: readonly string[]): SlackApiError {
  const messages = problems.map((problem) => `[ERROR] ${problem}`)
  return new SlackApiError(code, { errors: problems, response_metadata: { messages } })
}
