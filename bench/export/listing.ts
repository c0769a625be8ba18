import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatNumber } from '../../worker/contract/units.ts'
import { alignColumns } from '../../worker/report/result-text.ts'
import { buildProgram } from '../build-program.ts'
import { planCommand } from './contenders.ts'
import { measureCommand } from './measure-command.ts'
import { serveCorpus } from './serve-corpus.ts'

/*
 * The plan of a day of many objects, in hour prefixes, from an S3 server that takes 50 ms for each page of 1,000: the
 * time it takes until the engine is chosen, which is Athena for a day so large, and that its memory does not follow the
 * number of objects.
 */

buildProgram()
const objectBytes = 412_000

const directory = mkdtempSync(join(tmpdir(), 'iot-log-bench-'))
try {
  const config = join(directory, 'config.json')
  writeFileSync(config, JSON.stringify(configOf('s3://generated')))
  const rows = [['', 'seconds', 'CPU s', 'peak MiB', 'engine']]
  for (const objects of [100_000, 1_000_000, 2_000_000]) {
    const day = ['--generate', String(objects), '--size', String(objectBytes)]
    await using server = await serveCorpus([...day, '--list-latency-ms', '50'])
    const plan = join(directory, 'plan.json')
    const run = await measureCommand(`${server.environment} ${planCommand(config)} > ${plan}`)
    const { engine } = JSON.parse(readFileSync(plan, 'utf8'))
    const figures = [run.seconds.toFixed(1), run.cpuSeconds?.toFixed(1) ?? '-', run.peakMebibytes?.toFixed(0) ?? '-']
    rows.push([`${formatNumber(objects)} objects`, ...figures, engine])
  }
  console.log(alignColumns(rows).join('\n'))
} finally {
  rmSync(directory, { recursive: true })
}

/** The reference configuration over another bucket. */
function configOf(source: string): object {
  const { $schema: _, ...config } = JSON.parse(
    readFileSync(new URL('../../iot-log.config.json', import.meta.url), 'utf8')
  )
  config.environments.dev = { ...config.environments.dev, source, pathStyle: true }
  return config
}
