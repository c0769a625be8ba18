import { IotLogError } from '../../contract/errors.ts'

/** A sink takes no records now. Another run sends them, so none is lost. The message has no content of a record. */
export class SinkError extends IotLogError {
  constructor(sink: string, what: string, cause?: unknown) {
    super('unavailable', `The sink ${sink} accepts no records: ${what}`, { subject: sink, cause })
    this.name = 'SinkError'
  }
}
