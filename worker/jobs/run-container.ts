import packageJson from '../../package.json' with { type: 'json' }
import { IotLogError, messageOf } from '../contract/errors.ts'
import { exitCodeOf } from '../contract/result.ts'
import type { FrontEnd } from '../report/job-reporter.ts'
import { createJobLog } from './log.ts'
import { runJob } from './run-job.ts'
import { readJobSettings } from './settings.ts'

/** Runs the job that the command names, with what the environment says, and gives the exit code of its container. */
export async function runContainer(
  frontEnds: Readonly<Record<string, FrontEnd>>,
  startedMs: number,
  signal: AbortSignal
): Promise<number> {
  const log = createJobLog((line) => process.stdout.write(line), Date.now)
  try {
    const surroundings = { directory: process.cwd(), environment: process.env, nowMs: Date.now }
    const settings = readJobSettings(process.argv.slice(2), surroundings, startedMs, frontEnds)
    return await runJob({ ...settings, signal, nowMs: Date.now, log, tool: `iot-log ${packageJson.version}` })
  } catch (error) {
    const isKnown = error instanceof IotLogError && error.code !== 'internal'
    log({ event: 'broken', message: messageOf(error), ...(!isKnown && { stack: (error as Error).stack }) })
    return isKnown ? exitCodeOf(error.code) : 1
  }
}
