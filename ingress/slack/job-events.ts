import { createSlackReporter } from '../../worker/report/slack.ts'
import { type CreateReporter, settleBatchEvent } from '../jobs/handle-batch-event.ts'
import { createServices, type Services } from './services.ts'

/*
 * The Lambda behind the EventBridge rule for `Batch Job State Change`: what a dead worker can't say is said here. A
 * failure of the handler makes Lambda deliver the event again, twice.
 */

/** Nobody waits, so a bucket that is silent is asked again for longer. */
const patienceMs = 20_000

let services: Services | undefined

export async function handler(event: unknown): Promise<void> {
  services ??= createServices({
    environment: process.env,
    nowMs: Date.now,
    write: (line) => void process.stdout.write(`${line}\n`),
    patienceMs
  })
  const settled = await settleBatchEvent(event, services, slackReporters(services))
  services.log.detailed('A Batch event', { settled })
}

/** Reporters that tell Slack. */
export function slackReporters(services: Services): CreateReporter {
  return async ({ job, place }) => {
    const { botToken, linkKeys } = await services.secrets()
    return createSlackReporter({
      token: botToken,
      apiUrl: services.slackApiUrl,
      publicUrl: services.publicUrl,
      linkKey: linkKeys[0],
      config: services.config,
      onReply: async (reply) => void (await place.jobs.update(job.id, (standing) => ({ ...standing, reply }))),
      countRunning: () => place.jobs.countRunning(),
      nowMs: services.nowMs,
      log: (event) => services.log.info('Slack', { detail: JSON.stringify(event) }),
      allowedReplyOrigins: services.responseOrigins
    })
  }
}
