import type { CreateReporter } from '../../worker/report/job-reporter.ts'
import { createSlackReporter } from '../../worker/report/slack/reporter.ts'
import { handleBatchEvent } from '../jobs/handle-batch-event.ts'
import { createSlackServices, type SlackServices } from './services.ts'

/*
 * The Lambda behind the EventBridge rule for `Batch Job State Change`. It reports what a dead worker can't. When the
 * handler fails, Lambda delivers the event again, twice.
 */

/** No person waits, so requests to a silent bucket are retried for longer. */
const patienceMs = 20_000

let services: SlackServices | undefined

export async function handler(event: unknown): Promise<void> {
  services ??= createSlackServices({
    environment: process.env,
    nowMs: Date.now,
    write: (line) => void process.stdout.write(`${line}\n`),
    patienceMs
  })
  const slack = services
  const result = await handleBatchEvent(event, slack, async () => ({ slack: await slackReporter(slack) }))
  slack.log.detailed('A Batch event', { result })
}

/** How Slack reports the jobs of an ingress. */
export async function slackReporter(services: SlackServices): Promise<CreateReporter> {
  const { botToken, linkKeys } = await services.secrets()
  const settings = {
    token: botToken,
    apiUrl: services.slackApiUrl,
    publicUrl: services.publicUrl,
    linkKey: linkKeys[0],
    allowedReplyOrigins: services.responseOrigins
  }
  return (context) => createSlackReporter({ ...settings, ...context })
}
