import type { Person } from '../jobs/access.ts'
import type { Deadline } from '../jobs/deadline.ts'

/** What one signed request of a person brings along, whatever it asks for. */
export interface Visit {
  readonly person: Person
  /** Fails when the request was here before: see replay.ts. */
  readonly refuseReplay: () => Promise<void>
  readonly deadline: Deadline
  /** `/iot-log`, as the app is set up: texts name it. */
  readonly command: string
  /** `acme` of acme.slack.com, for links to messages. */
  readonly teamDomain: string | undefined
  /** Where this ingress is reached, without a slash at the end. */
  readonly baseUrl: string
}
