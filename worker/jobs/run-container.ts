import packageJson from '../../package.json' with { type: 'json' }
import { IotLogError, messageOf } from '../contract/errors.ts'
import { exitCodeOf } from '../contract/result.ts'
import { createSlackReporter } from '../report/slack.ts'
import { createJobLog } from './log.ts'
import { runJob } from './run-job.ts'
import { readJobSettings } from './settings.ts'

/** Runs the job that the command names, with what the environment says, and gives the exit code of its container. */
export async function runContainer(startedMs: number, signal: AbortSignal): Promise<number> {
  const log = createJobLog((line) => process.stdout.write(line), Date.now)
  try {
    const surroundings = { directory: process.cwd(), environment: process.env, nowMs: Date.now }
    const settings = readJobSettings(process.argv.slice(2), surroundings, startedMs)
    const { config, answer } = settings
    return await runJob({
      ...settings,
      signal,
      nowMs: Date.now,
      createReporter: (hooks) => createSlackReporter({ config, ...answer, ...hooks }),
      log,
      tool: `iot-log ${packageJson.version}`
    })
  } catch (error) {
    const isKnown = error instanceof IotLogError && error.code !== 'internal'
    log({ event: 'broken', message: messageOf(error), ...(!isKnown && { stack: (error as Error).stack }) })
    return isKnown ? exitCodeOf(error.code) : 1
  }
}
