import { within } from '../../worker/async/time-limit.ts'
import { budgetOf } from '../jobs/deadline.ts'
import type { FunctionUrlEvent, FunctionUrlResult } from '../jobs/function-url.ts'
import { answerRequest } from './route.ts'
import { createSlackServices, type SlackServices } from './services.ts'

/*
 * The Lambda behind the Function URL that Slack calls. What every request needs is loaded while the process starts, not
 * when a person waits; secrets are read then, too.
 */

/** Shorter than the time of one request: a bucket that is silent must leave time to say so. */
const patienceMs = 1_500

let services: SlackServices | undefined

function getServices(): SlackServices {
  services ??= createSlackServices({
    environment: process.env,
    nowMs: Date.now,
    write: (line) => void process.stdout.write(`${line}\n`),
    patienceMs
  })
  return services
}

/** What is silent for longer would leave the first request no time to say so. */
const warmMs = 1_000

/** Loads and reads beforehand. What fails or takes long is left to the first request, which reports it. */
async function warm(): Promise<void> {
  const load = (): Promise<unknown> =>
    Promise.allSettled([
      (async () => getServices().secrets())(),
      (async () => getServices().batch.warm())(),
      import('../../worker/stores/s3/documents.ts')
    ])
  await within(warmMs, 'Loading', load).catch(() => {})
}

// Lambda sets it; elsewhere the server of the handler decides when it starts.
if (process.env.AWS_LAMBDA_FUNCTION_NAME) await warm()

export async function handler(event: FunctionUrlEvent): Promise<FunctionUrlResult> {
  // SlackServices first: what their making takes counts as waited for.
  return answerRequest(event, getServices(), budgetOf(event.requestContext?.timeEpoch, Date.now()))
}
