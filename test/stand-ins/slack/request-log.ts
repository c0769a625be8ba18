/** A request that came, answered or not. */
export interface SlackRequest {
  /** `chat.update` and so on; `response_url`, `upload`. */
  readonly method: string
  readonly args: Readonly<Record<string, unknown>>
  readonly atMs: number
  /** 0 where no answer was begun. */
  status: number
  /** The `error` of the answer; undefined when it went well. */
  error: string | undefined
}

export interface SlackRequestLog {
  /** At least the last 10,000. */
  readonly records: SlackRequest[]
  add(method: string, args: Readonly<Record<string, unknown>>, atMs: number): SlackRequest
}

const kept = 10_000
const slack = 1_000

export function createSlackRequestLog(): SlackRequestLog {
  const records: SlackRequest[] = []
  return {
    records,
    add: (method, args, atMs) => {
      const record: SlackRequest = { method, args, atMs, status: 0, error: undefined }
      if (records.push(record) >= kept + slack) records.splice(0, slack)
      return record
    }
  }
}
