import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { formatBytes } from '../../worker/contract/units.ts'
import { nodeFlags } from '../../worker/node-flags.ts'
import { createFleet } from '../corpus/fleet.ts'
import { telemetryLine } from '../corpus/messages.ts'
import { createRandom } from '../corpus/random.ts'
import { type CommandRun, measureCommand, median } from '../export/measure-command.ts'
import { readOptions } from '../options.ts'
import { syslogNgCommand } from './syslog-ng.ts'

/*
 * The forwarder end to end, as a whole process: gzip objects of a directory to a bulk endpoint on this machine, beside
 * the script that one writes first, and beside syslog-ng where it is installed. In turn, in the same run; ratios say more
 * than figures.
 */

const usage = `npm run bench:forward -- [--megabytes 200] [--rounds 3]
  --megabytes  of text to send    --rounds  that count`

const { numberOf } = readOptions(usage, {
  megabytes: { type: 'string', default: '200' },
  rounds: { type: 'string', default: '3' }
})
const rounds = numberOf('rounds', 1)
const root = fileURLToPath(new URL('../..', import.meta.url))
const objectBytes = 25e6
const directory = mkdtempSync(join(tmpdir(), 'iot-log-bench-'))
const corpus = writeCorpus(numberOf('megabytes', 0.1) * 1e6)
const configPath = join(directory, 'config.json')

const endpoint = spawn(process.execPath, [join(root, 'bench/forward/forward-endpoint.ts')], {
  stdio: ['pipe', 'pipe', 'inherit']
})
const lines = createInterface(endpoint.stdout)
const [port] = (await once(lines, 'line')) as [string]
const url = `http://127.0.0.1:${port}`

const node = [process.execPath, ...nodeFlags].join(' ')
const forward = (format: string): string => {
  const path = `${configPath}.${format}`
  writeFileSync(path, JSON.stringify(configuration(format)))
  return `cd ${directory} && ${node} ${root}worker/cli.ts forward telemetry 2023/10/01 --to search --config ${path} --quiet`
}
const [copying, parsing] = (['as it stands', 'parsed'] as const).map((mode) => syslogNgCommand(directory, url, mode))
if (copying === undefined || parsing === undefined)
  console.log('left out: syslog-ng (Debian: syslog-ng-core, syslog-ng-mod-http)')
const contenders = {
  'iot-log forward, json-lines': forward('json-lines'),
  'iot-log forward, lines': forward('lines'),
  'gunzip | split2 | bulk helper': `${node} ${root}bench/forward/forward-baseline.ts ${directory} ${url}`,
  ...(copying !== undefined && { 'zcat | syslog-ng, as it stands': copying }),
  ...(parsing !== undefined && { 'zcat | syslog-ng, parsed': parsing })
}
const runs = new Map<string, CommandRun[]>(Object.keys(contenders).map((name) => [name, []]))
for (let round = 0; round < rounds; round++) {
  for (const [name, command] of Object.entries(contenders)) runs.get(name)!.push(await measureCommand(command))
}
endpoint.stdin.end()
const [report] = (await once(lines, 'line')) as [string]
const expected = corpus.records * rounds * runs.size
if ((JSON.parse(report) as { documents: number }).documents !== expected)
  throw new Error(`${report}, not ${expected} documents`)

console.log(`${corpus.records} records, ${formatBytes(corpus.bytes)} of text; medians of ${rounds} rounds`)
for (const [name, measured] of runs) {
  const seconds = median(measured.map((run) => run.seconds))
  const cpu = measured.map((run) => run.cpuSeconds).filter((one) => one !== undefined)
  const peak = Math.max(...measured.map((run) => run.peakMebibytes ?? Number.NaN))
  const perSecond = Math.round(corpus.records / seconds)
  const rate = formatBytes(corpus.bytes / seconds)
  console.log(
    `${name.padEnd(30)} ${seconds.toFixed(1)} s  ${perSecond} records/s  ${rate}/s  CPU ${cpu.length > 0 ? median(cpu).toFixed(1) : '-'} s  peak ${peak.toFixed(0)} MiB`
  )
}
rmSync(directory, { recursive: true })

function configuration(format: string): object {
  const document = JSON.parse(readFileSync(join(root, 'iot-log.config.json'), 'utf8'))
  document.environments.dev.source = `file://${directory}`
  document.environments.dev.sinks = { search: { type: 'opensearch', url } }
  document.categories.telemetry.format = format
  return document
}

/** Objects of a fleet's telemetry, as they come from Firehose. */
function writeCorpus(bytes: number): { records: number; bytes: number } {
  const fleet = createFleet(5000)
  let records = 0
  let written = 0
  for (let number = 0; written < bytes; number++) {
    const random = createRandom(number + 1)
    const texts: string[] = []
    let timeMs = Date.UTC(2023, 9, 1) + number * 60_000
    for (let length = 0; length < Math.min(objectBytes, bytes); length += texts.at(-1)!.length + 1) {
      timeMs += random.below(3)
      texts.push(telemetryLine(random, random.pick(fleet), timeMs))
    }
    const text = Buffer.from(`${texts.join('\n')}\n`)
    const prefix = join(directory, `telemetry/2023/10/01/${String(number % 24).padStart(2, '0')}`)
    mkdirSync(prefix, { recursive: true })
    writeFileSync(join(prefix, `${number}.gz`), gzipSync(text))
    records += texts.length
    written += text.length
  }
  return { records, bytes: written }
}
