import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatBytes } from '../../worker/contract/units.ts'
import { buildProgram } from '../build-program.ts'
import { readOptions } from '../options.ts'
import { iotLog } from './contenders.ts'
import { measureCommand } from './measure-command.ts'
import { serveCorpus } from './serve-corpus.ts'

/*
 * Peak memory of an export whose archive is large: every line matches and hardly gets smaller, the archive goes to an S3
 * server that keeps nothing of it but its ends.
 */

const usage = `npm run bench:upload -- [--gigabytes 2]
  --gigabytes  of the archive`

const { numberOf } = readOptions(usage, { gigabytes: { type: 'string', default: '2' } })
const archiveBytes = numberOf('gigabytes', 0.1) * 1e9
buildProgram()
const objectBytes = 100e6
/** Random bytes in base64, deflated: 6 of 8 bits. */
const textPerArchiveByte = 1 / 0.76

const directory = mkdtempSync(join(tmpdir(), 'iot-log-bench-'))
const prefix = join(directory, 'telemetry/2023/10/01/00')
mkdirSync(prefix, { recursive: true })
const first = join(prefix, '0000')
const count = Math.ceil((archiveBytes * textPerArchiveByte) / objectBytes)
writeFileSync(first, randomLines(objectBytes))
for (let number = 1; number < count; number++) linkSync(first, join(prefix, String(number).padStart(4, '0')))
{
  await using server = await serveCorpus(['--discard', 'archives'])
  const command = iotLog(2).command(directory, 'thingName', 's3://archives/large')
  const run = await measureCommand(`${server.environment} ${command.replace('--quiet', '')}`)
  const rate = formatBytes((count * objectBytes) / run.seconds)
  console.log(`peak ${run.peakMebibytes?.toFixed(0) ?? '-'} MiB, ${run.seconds.toFixed(0)} s, ${rate}/s of text`)
}
rmSync(directory, { recursive: true })

function randomLines(bytes: number): Buffer {
  const lineBytes = 3000
  const lines = Array.from({ length: bytes / 4012 }, () => `thingName ${randomBytes(lineBytes).toString('base64')}\n`)
  return Buffer.from(lines.join(''))
}
