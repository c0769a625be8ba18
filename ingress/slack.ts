import { Deadline, firstBudgetMs, requestBudgetMs } from './deadline.ts'
import type { FunctionUrlEvent, FunctionUrlResult } from './function-url.ts'
import { answerRequest } from './route.ts'
import { createServices, type Services } from './services.ts'

/*
 * The Lambda behind the Function URL that Slack calls. What every request needs is loaded while the process starts, not
 * when a person waits; secrets are read then, too.
 */

/** Shorter than the time of one request: a bucket that is silent must leave time to say so. */
const patienceMs = 1_500

let services: Services | undefined
let isFirst = true

function getServices(): Services {
  services ??= createServices({
    environment: process.env,
    nowMs: Date.now,
    write: (line) => void process.stdout.write(`${line}\n`),
    patienceMs
  })
  return services
}

/** Loads and reads beforehand; what fails here is tried again by the first request, which then tells. */
async function warm(): Promise<void> {
  await Promise.allSettled([
    (async () => getServices().secrets())(),
    (async () => getServices().batch.warm())(),
    import('../worker/stores/s3/records.ts')
  ])
}

// Lambda sets it; elsewhere whoever serves the handler decides when it starts.
if (process.env.AWS_LAMBDA_FUNCTION_NAME) await warm()

export async function handler(event: FunctionUrlEvent): Promise<FunctionUrlResult> {
  const deadline = new Deadline(isFirst ? firstBudgetMs(performance.now()) : requestBudgetMs)
  isFirst = false
  return answerRequest(event, getServices(), deadline)
}
