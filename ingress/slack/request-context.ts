import type { Deadline } from '../jobs/deadline.ts'
import type { FunctionUrlEvent } from '../jobs/function-url.ts'
import { baseUrlOf } from '../jobs/links.ts'
import type { RequestContext } from '../jobs/request-context.ts'
import type { Person } from './guest-check.ts'
import { refuseReplays } from './replay-guard.ts'
import type { SlackServices } from './services.ts'

/** What one signed request of Slack's brings along, whatever is requested. */
export interface SlackRequestContext extends RequestContext {
  /** `/iot-log`, as the app is set up: texts name it. */
  readonly command: string
  /** `acme` of acme.slack.com, for links to messages. */
  readonly workspaceDomain: string | undefined
  /** The URL of this ingress, without a slash at the end. */
  readonly baseUrl: string
}

type RequestFacts = Record<'signature' | 'command' | 'workspaceDomain', string> & { readonly person: Person }

/** The context of a request that says this of itself; its texts are checked here. */
export function createRequestContext(
  { person, signature, command, workspaceDomain }: RequestFacts,
  event: FunctionUrlEvent,
  services: SlackServices,
  deadline: Deadline
): SlackRequestContext {
  const { team, user, channel, enterprise } = person
  return {
    asker: { team, user, channel, ...(enterprise !== undefined && { enterprise }) },
    deadline,
    refuseReplay: refuseReplays(signature, services, deadline),
    refusalOfPerson: () => services.guests.refusalOf(person, deadline),
    command: /^\/[\w-]{1,31}$/.test(command) ? command : '/iot-log',
    workspaceDomain: /^[a-z0-9-]{1,63}$/.test(workspaceDomain) ? workspaceDomain : undefined,
    baseUrl: baseUrlOf(event, services)
  }
}
