import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startLocalSystem } from './system.ts'

/*
 * npm run local -- [--port N] [--reset] [--day YYYY-MM-DD] [--text-mb N] [--directory DIR] [--quiet]
 */

const { values } = parseArgs({
  options: {
    /** Of the page; 3000 unless told. */
    port: { type: 'string', default: '3000' },
    /** Writes the logs anew. */
    reset: { type: 'boolean', default: false },
    /** The day that is made up, UTC. */
    day: { type: 'string', default: '2023-10-01' },
    /** How much text it holds, in 1,000,000 bytes. */
    'text-mb': { type: 'string', default: '200' },
    directory: { type: 'string', default: fileURLToPath(new URL('../../local', import.meta.url)) },
    /** Hides what ingress and workers print. */
    quiet: { type: 'boolean', default: false }
  }
})

const date = values.day.replaceAll('/', '-')
if (!/^\d{4}-\d\d-\d\d$/.test(date) || Number.isNaN(Date.parse(date)))
  throw new Error(`--day is no date: ${values.day}`)
const [port, textMegabytes] = (['port', 'text-mb'] as const).map((name) => {
  if (/^\d{1,5}$/.test(values[name])) return Number(values[name])
  throw new Error(`--${name} needs a whole number: ${values[name]}`)
})

console.log('Starting; the first time a day of logs is written …')
const system = await startLocalSystem({
  directory: values.directory,
  day: { date, textMegabytes: textMegabytes! },
  isReset: values.reset,
  port: port!,
  onOutput: (from, text) => {
    if (!values.quiet) process.stderr.write(text.replace(/^(?=.)/gm, `[${from}] `))
  }
})
console.log(`
Slack is at ${system.url}

Type there:   /iot-log THING00001 telemetry,command ${date.replaceAll('-', '/')}
Slowly:       /iot-log THING00001 telemetry ${date.replaceAll('-', '/')} slow
Damaged logs: /iot-log THING00001 all ${date.replaceAll('-', '/')} broken
A form:       /iot-log

Ctrl-C stops everything.`)

let isStopping = false
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, async () => {
    // A second one does not wait.
    if (isStopping) process.exit(130)
    isStopping = true
    await system.close()
    process.exit(0)
  })
}
