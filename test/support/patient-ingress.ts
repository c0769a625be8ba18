import type { FunctionUrlEvent, FunctionUrlResult } from '../../ingress/jobs/function-url.ts'
import { answerRequest } from '../../ingress/slack/route.ts'
import { createSlackServices } from '../../ingress/slack/services.ts'

/*
 * The Lambda behind the Function URL with as long for an answer as the environment says. Tests that are about something
 * else than the three seconds of Slack pass on a busy machine, too.
 */

const budgetMs = Number(process.env.IOT_LOG_TEST_BUDGET_MS ?? 30_000)

const services = createSlackServices({
  environment: process.env,
  nowMs: Date.now,
  write: (line) => void process.stdout.write(`${line}\n`),
  patienceMs: budgetMs / 2
})

export function handler(event: FunctionUrlEvent): Promise<FunctionUrlResult> {
  return answerRequest(event, services, budgetMs)
}
