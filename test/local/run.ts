import { fileURLToPath } from 'node:url'
import { messageOf } from '../../worker/contract/errors.ts'
import { type LocalFlags, parseFlags, usage } from './flags.ts'
import { type LocalSystem, startLocalSystem } from './system.ts'

/*
 * npm run local: `--help` lists the flags.
 */

const usualDirectory = fileURLToPath(new URL('../../local', import.meta.url))
/** A terminal signals npm and us, and npm passes its signal on: both are one Ctrl-C. */
const oneSignalMs = 500

let system: LocalSystem | undefined
let stoppedMs: number | undefined
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop)

const flags = readFlags()
if (flags.isHelp) console.log(usage)
else await run(flags).catch(fail)

function readFlags(): LocalFlags {
  try {
    return parseFlags(process.argv.slice(2))
  } catch (error) {
    return fail(`${messageOf(error)}\nnpm run local -- --help lists the flags.`)
  }
}

function fail(error: unknown): never {
  console.error(messageOf(error))
  process.exit(1)
}

async function run({ port, day, directory = usualDirectory, isReset, isQuiet }: LocalFlags): Promise<void> {
  console.log('Starting; the first time a day of logs is written …')
  const onOutput = (from: string, text: string): void => {
    if (!isQuiet) process.stderr.write(text.replace(/^(?=.)/gm, `[${from}] `))
  }
  system = await startLocalSystem({ directory, day, isReset, port, onOutput }).catch((error) => {
    throw plainError(error, port)
  })
  const date = day.date.replaceAll('-', '/')
  console.log(`
Slack is at ${system.url}

Type there:   /iot-log THING00001 telemetry,command ${date}
Slowly:       /iot-log THING00001 telemetry ${date} slow
Damaged logs: /iot-log THING00001 all ${date} broken
A form:       /iot-log

Ctrl-C stops everything.`)
}

/** What went wrong, in words that help to fix it. */
function plainError(error: unknown, port: number): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException
  if (syscall !== 'listen') return error
  const other = 'choose another with --port N, or any free one with --port 0'
  if (code === 'EADDRINUSE') {
    return new Error(`Port ${port} is taken, perhaps by another npm run local: stop that, or ${other}.`)
  }
  return new Error(`Port ${port} can't be used (${code}): ${other}.`)
}

/** Stops all there is; before the system runs, and the second time, at once. */
async function stop(): Promise<void> {
  const nowMs = performance.now()
  if (stoppedMs !== undefined && nowMs - stoppedMs < oneSignalMs) return
  if (stoppedMs !== undefined || system === undefined) process.exit(130)
  stoppedMs = nowMs
  await system.close()
  process.exit(0)
}
