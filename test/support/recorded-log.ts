import { createLog, type Log, type LogShape } from '../../worker/report/log.ts'

export interface RecordedLog {
  readonly log: Log
  /** The lines so far, without their time and level. */
  readonly lines: Record<string, unknown>[]
}

/** A log that keeps its lines, of all levels. */
export function recordLog(shape: LogShape = {}): RecordedLog {
  const lines: Record<string, unknown>[] = []
  const write = (line: string): void => {
    const { time: _time, level: _level, ...fields } = JSON.parse(line)
    lines.push(fields)
  }
  return { log: createLog('debug', write, () => 0, shape), lines }
}
