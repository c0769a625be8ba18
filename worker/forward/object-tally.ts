/*
 * Counts the records of one object. The counts change with each response. The object is done when it is read and no
 * record is under way.
 */

/** A record that a sink rejected, without any of its content. */
interface RejectedRecord {
  readonly record: number
  readonly status: number
  readonly type: string
}

const keptFailures = 5

export class ObjectTally {
  /** All records read, including those that an earlier run has sent. */
  encountered = 0
  /** Excluded by the sink's patterns. */
  filtered = 0
  sent = 0
  rejected = 0
  /** Records that could not be parsed. They are sent as text, and marked. */
  unparsed = 0
  /** In the outbox, without a response. */
  underWay = 0
  readonly lastFailures: RejectedRecord[] = []

  recordRejected(failure: RejectedRecord): void {
    this.rejected++
    this.lastFailures.push(failure)
    if (this.lastFailures.length > keptFailures) this.lastFailures.shift()
  }
}
