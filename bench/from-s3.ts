import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { alignColumns } from '../worker/report/words.ts'
import { type Contender, iotLog } from './contenders.ts'
import { type CorpusName, corpusShapes, ensureDay, matchRates } from './corpus/bench-days.ts'
import { type CommandRun, measureCommand, median } from './measure-command.ts'
import { serveCorpus } from './serve-corpus.ts'

/*
 * The same export from S3 as from the directory: what the protocol costs, and whether latency and narrow connections are
 * hidden. The server runs on the same processors, so the rate per CPU second of the worker counts, and ratios among the
 * rows that have a server.
 */

/** How the server answers, by the row that it makes. */
const servers: Readonly<Record<string, readonly string[]>> = {
  S3: [],
  'S3, 40 ms to the first byte': ['--latency-ms', '40'],
  'S3, 90 MB/s a connection': ['--mb-per-second', '90']
}

const { values } = parseArgs({
  options: {
    corpus: { type: 'string', default: 'big,tiny' },
    runs: { type: 'string', default: '3' },
    repeat: { type: 'string', default: '1' }
  }
})
console.log(
  `${availableParallelism()} processors, shared with the server; Node ${process.versions.node}; medians of ${values.runs}`
)
for (const corpus of values.corpus.split(',')) await benchCorpus(corpus as CorpusName, Number(values.repeat))

async function benchCorpus(corpus: CorpusName, repeat: number): Promise<void> {
  const directory = await ensureDay(corpus, repeat)
  await using started = new AsyncDisposableStack()
  const rows: Contender[] = [{ ...iotLog(2), name: 'directory' }]
  for (const [name, args] of Object.entries(servers)) {
    const { environment } = started.use(await serveCorpus(['--directory', directory, '--bucket', 'logs', ...args]))
    rows.push({
      name,
      needs: [],
      command: (_, identifier, output) => `${environment} ${iotLog(2, 's3://logs').command('', identifier, output)}`
    })
  }
  const runs = await runInTurn(rows, directory)
  const { objects, textBytes } = corpusShapes[corpus]
  const text = objects * textBytes * repeat
  const [fromDirectory, fromS3] = runs as [CommandRun[], CommandRun[]]
  const header = ['', 'wall s', 'CPU s', 'GB/s text', 'GB per CPU s', 'of directory', 'of S3 (wall)', 'peak MiB']
  const table = rows.map(({ name }, at) => {
    const own = runs[at]!
    const cpu = own.map((run) => run.cpuSeconds!)
    return [
      name,
      median(own.map((run) => run.seconds)).toFixed(2),
      median(cpu).toFixed(2),
      (text / median(own.map((run) => run.seconds)) / 1e9).toFixed(2),
      (text / median(cpu) / 1e9).toFixed(2),
      `${median(own.map((run, round) => fromDirectory[round]!.cpuSeconds! / run.cpuSeconds!)).toFixed(2)} x`,
      `${median(own.map((run, round) => fromS3[round]!.seconds / run.seconds)).toFixed(2)} x`,
      median(own.map((run) => run.peakMebibytes!)).toFixed(0)
    ]
  })
  console.log(`\n${corpus}: ${objects * repeat} objects, 0.02 % of the lines match, 2 threads`)
  console.log(alignColumns([header, ...table]).join('\n'))
}

/** Each row once in a round; the first round does not count. */
async function runInTurn(rows: readonly Contender[], directory: string): Promise<CommandRun[][]> {
  const scratch = mkdtempSync(join(tmpdir(), 'iot-log-bench-'))
  const runs: CommandRun[][] = rows.map(() => [])
  for (let round = 0; round <= Number(values.runs); round++) {
    for (const [at, row] of rows.entries()) {
      const run = await measureCommand(row.command(directory, matchRates['0.02'], join(scratch, String(at))))
      if (run.cpuSeconds === undefined) throw new Error('GNU time (Debian: time) is needed to measure CPU seconds')
      if (round > 0) runs[at]!.push(run)
    }
  }
  rmSync(scratch, { recursive: true })
  return runs
}
