import type { JobAsker } from '../../worker/contract/job.ts'
import type { Deadline } from './deadline.ts'

/** What a front end knows of one request of a person, whatever is requested. */
export interface RequestContext {
  readonly asker: JobAsker
  readonly deadline: Deadline
  /** @throws RequestRefused when the request was here before */
  readonly refuseReplay: () => Promise<void>
  /** Why the front end refuses this person, in words for them; undefined when it does not. */
  readonly refusalOfPerson: () => Promise<string | undefined>
}
