import packageJson from '../../package.json' with { type: 'json' }
import { IotLogError, messageOf } from '../contract/errors.ts'
import type { LogLevel } from '../contract/log-level.ts'
import { exitCodeOf } from '../contract/result.ts'
import type { FrontEnds } from '../report/job-reporter.ts'
import { createLog, type Log, type LogFields } from '../report/log.ts'
import { runJob } from './run-job.ts'
import { readJobSettings } from './settings.ts'

/** Runs the job that the command line names. Gives the exit code of its container. */
export async function runContainer(frontEnds: FrontEnds, startedMs: number, signal: AbortSignal): Promise<number> {
  const logWith = (level: LogLevel, fields: LogFields): Log =>
    createLog(level, (line) => void process.stdout.write(`${line}\n`), Date.now, { messageKey: 'event', fields })
  let log = logWith('info', {})
  try {
    const surroundings = { directory: process.cwd(), environment: process.env, nowMs: Date.now }
    const settings = readJobSettings(process.argv.slice(2), surroundings, startedMs, frontEnds)
    log = logWith(settings.logLevel, { job: settings.id, attempt: settings.attempt.number })
    return await runJob({ ...settings, signal, nowMs: Date.now, log, tool: `iot-log ${packageJson.version}` })
  } catch (error) {
    const isKnown = error instanceof IotLogError && error.code !== 'internal'
    log.error('broken', { message: messageOf(error), ...(!isKnown && { stack: (error as Error).stack }) })
    return isKnown ? exitCodeOf(error.code) : 1
  }
}
