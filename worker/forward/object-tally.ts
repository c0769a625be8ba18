/*
 * What became of one object's records. Its counts change as batches come back; the object is through when nothing is
 * under way any more.
 */

/** A record that a sink refused, without anything of it. */
export interface RefusedRecord {
  readonly record: number
  readonly status: number
  readonly type: string
}

const keptFailures = 5

export class ObjectTally {
  /** Records found, whatever became of them; with those that an earlier run had sent. */
  encountered = 0
  /** Left out by the sink's patterns. */
  filtered = 0
  sent = 0
  rejected = 0
  /** Kept whole, and marked, though their format could not be read. */
  unparsed = 0
  /** Handed to the outbox and not yet told of. */
  underWay = 0
  readonly lastFailures: RefusedRecord[] = []

  recordRejected(failure: RefusedRecord): void {
    this.rejected++
    this.lastFailures.push(failure)
    if (this.lastFailures.length > keptFailures) this.lastFailures.shift()
  }
}
