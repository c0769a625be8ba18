import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nodeFlags } from '../../worker/node-flags.ts'
import { largeMatchingDay } from '../support/log-directory.ts'
import { repository, startCommand } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** Prints what the process has held at the most, its threads included, in KiB. */
const printPeak = `
  import { writeSync } from 'node:fs'
  import { isMainThread } from 'node:worker_threads'
  const print = () => writeSync(2, 'peak ' + process.resourceUsage().maxRSS + ' KiB')
  if (isMainThread) process.once('exit', print)`

describe('the memory of an export', () => {
  it('the memory of an export is the same for ten times the text, half of it kept', async (test) => {
    const once = await peakMebibytes(6)
    const tenTimes = await peakMebibytes(60)
    test.diagnostic(`peak ${Math.round(once)} MiB with 65 MB of text, ${Math.round(tenTimes)} MiB with 650 MB`)
    assert.ok(tenTimes < 1.2 * once, `${tenTimes} MiB, but ${once} MiB with a tenth`)
  })
})

/** The most memory that an export of so many objects takes; each has 11 MB of text. */
async function peakMebibytes(objects: number): Promise<number> {
  using logs = largeMatchingDay(objects, 2)
  using output = temporaryDirectory()
  const words = ['export', 'THING00001', 'telemetry', '2023/10/01', '--source', logs.url, '--output', `${output.path}/`]
  const program = [
    ...nodeFlags,
    '--import',
    `data:text/javascript,${encodeURIComponent(printPeak)}`,
    `${repository}worker/cli.ts`
  ]
  const { code, stderr } = await startCommand(process.execPath, [...program, ...words, '--threads', '2']).finished
  assert.equal(code, 0, stderr)
  return Number(/peak (\d+) KiB/.exec(stderr)![1]) / 1024
}
