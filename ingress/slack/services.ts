import { createServices, type ServiceOptions, type Services } from '../jobs/services.ts'
import { GuestCheck } from './guest-check.ts'
import { type SlackSecrets, slackSecretsSchema } from './secrets.ts'

import { createSlackApi, type SlackApi } from './slack-api.ts'

/** What the handlers of Slack's requests work with, put together once per process. */
export interface SlackServices extends Services<SlackSecrets> {
  readonly slack: SlackApi
  /** Ends with a slash. */
  readonly slackApiUrl: string
  readonly guests: GuestCheck
  /** Origins of response URLs that are accepted beside Slack's own. */
  readonly responseOrigins: readonly string[]
}

/**
 * Builds the services from the variables that `createServices` of jobs/services.ts reads, and from `SLACK_API_URL` and
 * `IOT_LOG_RESPONSE_ORIGINS` (with commas), which name stand-ins for Slack.
 * @throws ProblemsError, IotLogError (`wrong-config`)
 */
export function createSlackServices(options: ServiceOptions): SlackServices {
  const services = createServices(options, slackSecretsSchema, (variables) => ({
    slackApiUrl: withSlash(variables.url('SLACK_API_URL') ?? 'https://slack.com/api/'),
    responseOrigins: variables.list('IOT_LOG_RESPONSE_ORIGINS')
  }))
  const slack = createSlackApi(services.slackApiUrl)
  return { ...services, slack, guests: new GuestCheck({ ...services, slack }) }
}

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`)
