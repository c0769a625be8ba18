import { IotLogError } from '../../contract/errors.ts'

/** A sink takes nothing now: the work is put off, nothing of it is lost. The message holds nothing of a record. */
export class SinkError extends IotLogError {
  constructor(sink: string, what: string, cause?: unknown) {
    super('unavailable', `The sink ${sink} took nothing: ${what}`, { subject: sink, cause })
    this.name = 'SinkError'
  }
}
