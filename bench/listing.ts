import { alignColumns } from '../worker/report/words.ts'
import { planCommand } from './contenders.ts'
import { measureCommand } from './measure-command.ts'
import { serveCorpus } from './serve-corpus.ts'

/*
 * The plan of a day of many objects, in hour prefixes, from an S3 server that takes 50 ms for each page of 1,000: the
 * time it takes, and that its memory does not follow the number of objects.
 */

const rows = [['', 'seconds', 'CPU s', 'peak MiB']]
for (const objects of [100_000, 1_000_000, 2_000_000]) {
  await using server = await serveCorpus(['--generate', String(objects), '--list-latency-ms', '50'])
  const run = await measureCommand(`${server.environment} ${planCommand('s3://generated')} > /dev/null`)
  const figures = [run.seconds.toFixed(1), run.cpuSeconds?.toFixed(1) ?? '-', run.peakMebibytes?.toFixed(0) ?? '-']
  rows.push([`${objects.toLocaleString('en-US')} objects`, ...figures])
}
console.log(alignColumns(rows).join('\n'))
