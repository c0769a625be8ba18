import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alignColumns } from '../worker/report/words.ts'
import { buildProgram } from './build-program.ts'
import { iotLog } from './contenders.ts'
import { type CorpusName, ensureDay, type MatchRate, matchRates } from './corpus/bench-days.ts'
import { measureCommand, median } from './measure-command.ts'

/*
 * Peak memory of a whole export at two threads, and of one of ten times the data: it must not grow with the day.
 */

buildProgram()
const cases: readonly (readonly [CorpusName, MatchRate, runs: number])[] = [
  ['big', '0.02', 3],
  ['multi', '0.02', 3],
  ['tiny', '0.02', 3],
  ['big', '2', 3],
  ['tiny', '100', 3],
  ['big', '100', 1]
]

const scratch = mkdtempSync(join(tmpdir(), 'iot-log-bench-'))
const rows = [['', 'matching', 'peak MiB', 'of ten times', 'ratio']]
for (const [corpus, rate, runs] of cases) {
  const [once, tenTimes] = [await peak(corpus, 1, rate, runs), await peak(corpus, 10, rate, runs)]
  rows.push([corpus, `${rate} %`, once.toFixed(0), tenTimes.toFixed(0), (tenTimes / once).toFixed(2)])
}
rmSync(scratch, { recursive: true })
console.log(alignColumns(rows).join('\n'))

async function peak(corpus: CorpusName, repeat: number, rate: MatchRate, runs: number): Promise<number> {
  const directory = await ensureDay(corpus, repeat)
  const command = iotLog(2).command(directory, matchRates[rate], join(scratch, 'found'))
  const peaks: number[] = []
  for (let run = 0; run < runs; run++) {
    const { peakMebibytes } = await measureCommand(command)
    if (peakMebibytes === undefined) throw new Error('GNU time (Debian: time) is needed to measure memory')
    peaks.push(peakMebibytes)
  }
  return median(peaks)
}
