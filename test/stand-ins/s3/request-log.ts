/** A request that came, answered or not. */
export interface RequestRecord {
  readonly method: string
  /** The API's name; `Unknown` for what the server does not do. */
  readonly operation: string
  readonly bucket: string | undefined
  readonly key: string | undefined
  /** As it was sent. */
  readonly query: string
  /** 0 where no answer was begun. */
  readonly status: number
  readonly range?: string | undefined
}

/** The last requests, and how many there were of each operation. */
export interface RequestLog {
  readonly records: RequestRecord[]
  readonly counts: ReadonlyMap<string, number>
  add(record: RequestRecord): void
}

const kept = 10_000
const slack = 1_000

export function createRequestLog(): RequestLog {
  const records: RequestRecord[] = []
  const counts = new Map<string, number>()
  return {
    records,
    counts,
    add: (record) => {
      if (records.push(record) >= kept + slack) records.splice(0, slack)
      counts.set(record.operation, (counts.get(record.operation) ?? 0) + 1)
    }
  }
}
