#!/usr/bin/env -S node --max-semi-space-size=8
/*
 * The entry of a job's container: `node worker/main.ts <jobId>`. It ends by `exit`, whatever is still on its way: after
 * a stop, requests to a silent store may be.
 */

import packageJson from '../package.json' with { type: 'json' }
import { IotLogError, messageOf } from './contract/errors.ts'
import { exitCodeOf } from './contract/result.ts'
import { createJobLog } from './job-log.ts'
import { readJobSettings } from './job-settings.ts'
import { createSlackReporter } from './report/slack.ts'
import { runJob } from './run-job.ts'

const startedMs = Date.now() - process.uptime() * 1000
const log = createJobLog((line) => process.stdout.write(line), Date.now)
// Whoever collects the log may be gone; the job is not done for that.
process.stdout.on('error', () => {})
const stopped = new AbortController()
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stopped.abort(new Error(name)))

try {
  const surroundings = { directory: process.cwd(), environment: process.env, nowMs: Date.now }
  const settings = readJobSettings(process.argv.slice(2), surroundings, startedMs)
  const exitCode = await runJob({
    ...settings,
    signal: stopped.signal,
    nowMs: Date.now,
    createReporter: (hooks) => createSlackReporter({ ...settings.answer, ...hooks }),
    log,
    tool: `iot-log ${packageJson.version}`
  })
  process.exit(exitCode)
} catch (error) {
  const isKnown = error instanceof IotLogError && error.code !== 'internal'
  log({ event: 'broken', message: messageOf(error), ...(!isKnown && { stack: (error as Error).stack }) })
  process.exit(isKnown ? exitCodeOf(error.code) : 1)
}
