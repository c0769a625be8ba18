import { parseRequest } from '../../worker/contract/parse-request.ts'
import type { ExportRequest } from '../../worker/contract/request.ts'
import { defaultOf, type RequestOptions, requestOptions } from '../../worker/contract/request-options.ts'
import type { WantedJob } from '../../worker/jobs/jobs.ts'
import { createSlackReply } from '../../worker/report/slack/reply.ts'
import { referenceConfig } from './configurations.ts'

/** When the tests' jobs are asked for: the day after the one they ask for. */
export const askedMs = Date.UTC(2023, 9, 2, 8, 30)

/** Every option of a request at its default. */
export const defaultOptions = Object.fromEntries(
  requestOptions.map((option) => [option.key, defaultOf(option)])
) as unknown as RequestOptions

const config = referenceConfig()

export function requestOf(...words: readonly string[]): ExportRequest {
  return parseRequest(words, config, askedMs)
}

/** What a person asks for in Slack. Its response URL is a secret that no output may show. */
export function wantedJob(words: readonly string[], user = 'U1', team = 'T1'): WantedJob {
  return {
    request: requestOf(...words),
    asker: { team, user, channel: 'C1' },
    reply: createSlackReply(secretUrl, askedMs)
  }
}

export const secretUrl = 'https://hooks.slack.com/commands/T1/1/only-the-record-knows'
