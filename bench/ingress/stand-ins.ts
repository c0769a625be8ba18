import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { startBatchServer } from '../../test/stand-ins/batch/server.ts'
import { listen } from '../../test/stand-ins/s3/connections.ts'
import { startS3Server } from '../../test/stand-ins/s3/server.ts'
import { startSlackServer } from '../../test/stand-ins/slack/server.ts'
import { benchUser, jobsPrefix, type Outcome, type Service, type ServiceAddresses } from './place.ts'

/*
 * S3, Slack, Batch and Secrets Manager in a process of their own, forked by ingress-place.ts with the number of people.
 * Batch records jobs and runs none. Sends its addresses, then answers {services, ms} and {}; ends with its parent.
 */

const bucket = 'dev-iot-logs'
const people = Array.from({ length: Number(process.argv[2]) }, (_, position) => benchUser(position))

const s3 = await startS3Server({ buckets: { [bucket]: {} } })
const slack = await startSlackServer({
  users: people.map((id) => ({ id, name: id.toLowerCase() })),
  // Slack takes a hundred a minute: more strangers than that would be refused, and this is not about them.
  rateLimits: { 'users.info': null }
})
const batch = await startBatchServer({
  queues: { slack: {}, 'slack-on-demand': {} },
  jobDefinitions: { 'iot-log-export': { command: ['node', 'worker/main.ts', 'Ref::jobId'] } }
})

/** Of every answer of Secrets Manager. */
let secretsDelayMs = 0
const secrets = JSON.stringify({
  signingSecrets: [slack.signingSecret],
  botToken: slack.token,
  linkKeys: ['a link key that is only good here']
})
const secretsServer = createServer(async (request, response) => {
  request.resume()
  await sleep(secretsDelayMs)
  const headers = { 'content-type': 'application/x-amz-json-1.1' }
  response.writeHead(200, headers).end(JSON.stringify({ SecretString: secrets }))
})
const { port } = await listen(secretsServer, 0)

/** Delays every answer of these services by so much, and of the others by nothing. */
function slow(services: readonly Service[], ms: number): void {
  for (const { faults } of [s3, slack, batch]) faults.clear()
  secretsDelayMs = services.includes('secrets') ? ms : 0
  if (services.includes('s3')) s3.faults.add({ action: { kind: 'latency', firstByteMs: ms } })
  if (services.includes('slack')) slack.faults.add({ action: { kind: 'latency', ms } })
  if (services.includes('batch')) batch.faults.add({ action: { kind: 'latency', ms } })
}

/** What stands in Batch and S3 by now. */
function readOutcome(): Outcome {
  const keys = s3.keys(bucket).filter((key) => key.startsWith(jobsPrefix) && key.endsWith('.json'))
  return {
    submissions: batch.jobs().map(({ id, parameters }) => ({ batchJobId: id, jobId: parameters.jobId ?? '' })),
    records: keys.map((key) => s3.get(bucket, key)!.toString())
  }
}

process.on('message', ({ services, ms }: { services?: readonly Service[]; ms: number }) => {
  if (services) slow(services, ms)
  process.send!(services ? {} : readOutcome())
})
process.once('disconnect', () => process.exit())
const addresses: ServiceAddresses = {
  slackUrl: slack.url,
  signingSecret: slack.signingSecret,
  environment: {
    ...s3.environment(),
    ...batch.environment(),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${port}`,
    IOT_LOG_SECRET_ID: 'iot-log',
    SLACK_API_URL: slack.apiUrl,
    IOT_LOG_RESPONSE_ORIGINS: slack.url
  }
}
process.send!(addresses)
