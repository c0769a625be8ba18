import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { parseRequest } from '../../../worker/contract/parse-request.ts'
import type { ManifestHead } from '../../../worker/contract/result.ts'
import { exportLogs } from '../../../worker/export/export.ts'
import type { OpenOutput, Output, OutputPlan } from '../../../worker/export/output.ts'
import { openStore } from '../../../worker/stores/open-store.ts'
import { referenceConfig } from '../../support/configurations.ts'
import { largeMatchingDay, logDirectory } from '../../support/log-directory.ts'
import { grepLines } from '../../support/oracle.ts'

/** Keeps lines in memory. */
class MemoryOutput implements Output {
  readonly plan: OutputPlan
  readonly lines: Buffer[][]
  readonly broken = new AbortController()
  readonly failed = this.broken.signal
  head: ManifestHead | undefined
  notRead: string[] = []
  failure: unknown
  /** Called before each write. */
  onWrite: () => void = () => {}

  constructor(plan: OutputPlan) {
    this.plan = plan
    this.lines = plan.entryNames.map(() => [])
  }

  async write(category: number, lines: Buffer): Promise<void> {
    this.onWrite()
    this.lines[category]!.push(Buffer.from(lines))
  }

  async closeEntries(): Promise<readonly []> {
    return []
  }

  async finish(head: ManifestHead, notRead: Parameters<Output['finish']>[1]): Promise<null> {
    this.head = head
    this.notRead = Array.from(notRead, ({ key }) => key)
    return null
  }

  async fail(error: unknown): Promise<void> {
    this.failure = error
  }
}

const config = referenceConfig()
const words = ['THING00001', 'telemetry,command', '2023/10/01']

function exportTo(openOutput: OpenOutput, url: string, signal = new AbortController().signal) {
  const sourceSettings = { url }
  return exportLogs(parseRequest(words, config, Date.UTC(2023, 9, 2)), {
    environment: config.environments.get('dev')!,
    limits: config.limits,
    source: openStore(sourceSettings),
    sourceSettings,
    athena: { obstacle: 'this test has no Athena' },
    openOutput,
    threads: 2,
    tool: 'iot-log test',
    signal
  })
}

describe('output of an export', () => {
  it('an output gets the lines of each category in key order, then the result', async () => {
    const telemetry = Array.from(
      { length: 40 },
      (_, at) => `${at} THING0000${at % 3}\r\n${at} \xff\0THING00001 again\n`
    )
    const command = ['no line end THING00001', 'THING00001 is first\nnot this\n']
    const objects = [
      ...telemetry.map((text, at) => [`telemetry/2023/10/01/00/${100 + at}.gz`, gzipSync(text)] as const),
      ...command.map((text, at) => [`commands/2023/10/01/07/${at}.log`, Buffer.from(text)] as const)
    ]
    const broken = 'telemetry/2023/10/01/23/broken.gz'
    using logs = logDirectory({ ...Object.fromEntries(objects), [broken]: gzipSync('THING00001\n').subarray(0, 5) })
    let output: MemoryOutput
    using result = await exportTo(async (plan) => {
      output = new MemoryOutput(plan)
      return output
    }, logs.url)
    const grepAll = (texts: readonly Buffer[]): string =>
      Buffer.concat(texts.map((text) => grepLines(text, ['THING00001']))).toString('latin1')
    assert.deepEqual(
      output!.lines.map((pieces) => Buffer.concat(pieces).toString('latin1')),
      [grepAll(telemetry.map((text) => Buffer.from(text))), grepAll(command.map((text) => Buffer.from(text)))]
    )
    assert.deepEqual(output!.plan.entryNames, ['telemetry_20231001.log', 'command_20231001.log'])
    assert.deepEqual(output!.plan.time, new Date('2023-10-01'))
    assert.equal(output!.head?.status, 'partial')
    assert.deepEqual(output!.head.objects, result.objects)
    assert.deepEqual(output!.notRead, [broken])
    assert.equal(output!.failure, undefined)
    assert.deepEqual([result.status, result.archive, result.entries], ['partial', null, []])
  })

  it('an output gets an empty export too', async () => {
    using logs = logDirectory({ 'telemetry/2023/10/01/00/a.log': 'nothing here\n' })
    let output: MemoryOutput
    using result = await exportTo(async (plan) => {
      output = new MemoryOutput(plan)
      return output
    }, logs.url)
    assert.equal(result.status, 'empty')
    assert.equal(output!.head?.status, 'empty')
  })

  it('a failed write ends the export with its error', async () => {
    using logs = largeMatchingDay()
    const failure = new Error('the pipe is closed')
    let output: MemoryOutput
    const run = exportTo(async (plan) => {
      output = new MemoryOutput(plan)
      output.onWrite = () => {
        if (output.lines[0]!.length === 3) throw failure
      }
      return output
    }, logs.url)
    await assert.rejects(run, failure)
    assert.equal(output!.failure, failure)
    assert.equal(output!.lines[0]!.length, 3)
    assert.equal(output!.head, undefined)
  })

  it('an output that fails between two writes stops the scan', async () => {
    using logs = largeMatchingDay()
    const failure = new Error('the disk is full')
    let output: MemoryOutput
    const run = exportTo(async (plan) => {
      output = new MemoryOutput(plan)
      output.onWrite = () => output.broken.abort(failure)
      return output
    }, logs.url)
    await assert.rejects(run, failure)
    assert.equal(output!.failure, failure)
    assert.ok(output!.lines[0]!.length < 64, 'the scan went on')
    assert.equal(output!.head, undefined)
  })

  it('an output is abandoned when the export is cancelled', async () => {
    using logs = largeMatchingDay()
    const cancel = new AbortController()
    const reason = new Error('Ctrl-C')
    let output: MemoryOutput
    const run = exportTo(
      async (plan) => {
        output = new MemoryOutput(plan)
        output.onWrite = () => cancel.abort(reason)
        return output
      },
      logs.url,
      cancel.signal
    )
    await assert.rejects(run, reason)
    assert.equal(output!.failure, reason)
    assert.equal(output!.head, undefined)
  })
})
