import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One run of a whole command, its children included. */
export interface CommandRun {
  readonly seconds: number
  /** User and system time; undefined without GNU time. */
  readonly cpuSeconds: number | undefined
  /** The largest single process; undefined without GNU time. */
  readonly peakMebibytes: number | undefined
}

/** GNU time, Debian's package `time`: the kernel's own account of a command and its children. */
const gnuTime = '/usr/bin/time'

/** Runs a shell command to its end. @throws when it fails */
export async function measureCommand(command: string): Promise<CommandRun> {
  const account = join(tmpdir(), `iot-log-bench-${process.pid}`)
  const hasTime = existsSync(gnuTime)
  const [file, args] = hasTime
    ? [gnuTime, ['-f', '%U %S %M', '-o', account, 'sh', '-c', command]]
    : ['sh', ['-c', command]]
  const startMs = performance.now()
  const child = spawn(file as string, args as string[], { stdio: ['ignore', 'inherit', 'inherit'] })
  const [code] = await once(child, 'close')
  const seconds = (performance.now() - startMs) / 1000
  if (code !== 0) throw new Error(`exit code ${code}: ${command}`)
  if (!hasTime) return { seconds, cpuSeconds: undefined, peakMebibytes: undefined }
  const [user, system, kibibytes] = readFileSync(account, 'utf8').trim().split(' ').map(Number) as [
    number,
    number,
    number
  ]
  rmSync(account)
  return { seconds, cpuSeconds: user + system, peakMebibytes: kibibytes / 1024 }
}

/** The middle of some figures. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
