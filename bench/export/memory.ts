import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alignColumns } from '../../worker/report/result-text.ts'
import { buildProgram } from '../build-program.ts'
import { type CorpusName, ensureDay, type MatchRate, matchRates } from '../corpus/bench-days.ts'
import { iotLog } from './contenders.ts'
import { measureCommand, median } from './measure-command.ts'
import { serveCorpus } from './serve-corpus.ts'

/*
 * Peak memory of a whole export at two threads, and of one of ten times the data: it must not grow with the day. The
 * add-on is left out, as in every benchmark, by IOT_LOG_INFLATER=zlib-handle.
 */

buildProgram()
const cases: readonly (readonly [CorpusName, MatchRate, source: 'directory' | 'S3', runs: number])[] = [
  ['big', '0.02', 'directory', 3],
  ['multi', '0.02', 'directory', 3],
  ['tiny', '0.02', 'directory', 3],
  ['big', '2', 'directory', 3],
  ['tiny', '100', 'directory', 3],
  ['big', '100', 'directory', 1],
  ['big', '100', 'S3', 1],
  ['tiny', '0.02', 'S3', 3]
]

const scratch = mkdtempSync(join(tmpdir(), 'iot-log-bench-'))
const output = join(scratch, 'found')
const rows = [['', 'matching', 'from', 'peak MiB', 'of ten times', 'ratio']]
for (const [corpus, rate, source, runs] of cases) {
  const peaks: number[] = []
  for (const repeat of [1, 10]) {
    const directory = await ensureDay(corpus, repeat)
    await using server = source === 'S3' ? await serveCorpus(['--directory', directory, '--bucket', 'logs']) : undefined
    const variant = server && { source: 's3://logs', environment: server.environment }
    peaks.push(await peak(iotLog(2, variant).command(directory, matchRates[rate], output), runs))
  }
  const [once, tenTimes] = peaks as [number, number]
  rows.push([corpus, `${rate} %`, source, once.toFixed(0), tenTimes.toFixed(0), (tenTimes / once).toFixed(2)])
}
rmSync(scratch, { recursive: true })
console.log(alignColumns(rows).join('\n'))

async function peak(command: string, runs: number): Promise<number> {
  const peaks: number[] = []
  for (let run = 0; run < runs; run++) {
    const { peakMebibytes } = await measureCommand(command)
    if (peakMebibytes === undefined) throw new Error('GNU time (Debian: time) is needed to measure memory')
    peaks.push(peakMebibytes)
  }
  return median(peaks)
}
