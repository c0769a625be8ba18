import { parseArgs } from 'node:util'
import type { LocalDay } from './day.ts'

/** The flags of `npm run local`. */
export interface LocalFlags {
  readonly isHelp: boolean
  /** Of the page; 0 for any free one. */
  readonly port: number
  readonly isReset: boolean
  readonly day: LocalDay
  /** Where the logs are kept. Default: the usual place. */
  readonly directory: string | undefined
  readonly isQuiet: boolean
}

export const usage = `npm run local -- [flags]

The whole system on this machine: S3, Slack and AWS Batch stood in for, the ingress, the workers, and a page that is
Slack. The first time it writes a day of logs below local/.

  --port N            of the page, on 127.0.0.1; 0 for any free one (3000)
  --day YYYY-MM-DD    the day that is made up, UTC (2023-10-01)
  --text-mb N         how much text it holds, in 1,000,000 bytes (200)
  --directory DIR     where the logs are kept (local)
  --reset             writes the logs again
  --quiet             hides what ingress and workers print
  --help              shows this`

/** @throws Error with every mistake at once */
export function parseFlags(args: readonly string[]): LocalFlags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      port: { type: 'string', default: '3000' },
      reset: { type: 'boolean', default: false },
      day: { type: 'string', default: '2023-10-01' },
      'text-mb': { type: 'string', default: '200' },
      directory: { type: 'string' },
      quiet: { type: 'boolean', default: false }
    }
  })
  const problems: string[] = []
  const wholeNumber = (name: 'port' | 'text-mb', least: number, most: number): number => {
    const value = Number(values[name])
    if (/^\d+$/.test(values[name]) && value >= least && value <= most) return value
    problems.push(`--${name} needs a whole number from ${least} to ${most}, not "${values[name]}"`)
    return least
  }
  const date = values.day.replaceAll('/', '-')
  if (!isDate(date)) problems.push(`--day needs a date such as 2023-10-01, not "${values.day}"`)
  const flags = {
    isHelp: values.help,
    port: wholeNumber('port', 0, 65_535),
    isReset: values.reset,
    day: { date, textMegabytes: wholeNumber('text-mb', 1, 100_000) },
    directory: values.directory,
    isQuiet: values.quiet
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return flags
}

/** Whether the calendar has it: 31 February is 3 March for `Date`. */
function isDate(date: string): boolean {
  const moment = new Date(/^\d{4}-\d\d-\d\d$/.test(date) ? date : Number.NaN)
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(date)
}
