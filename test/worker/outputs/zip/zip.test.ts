import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import fastCheck from 'fast-check'
import type { Deflater } from '../../../../worker/outputs/zip/deflater.ts'
import { ZipWriter } from '../../../../worker/outputs/zip/zip.ts'
import { deflaters, warnIfNativeIsMissing } from '../../../support/native-add-on.ts'
import { incompressible, logText } from './log-text.ts'
import { time, writeZip } from './write-zip.ts'

warnIfNativeIsMissing()
for (const deflater of deflaters) testZip(deflater)

function testZip(deflater: Deflater): void {
  const { blockBytes } = deflater
  describe(`a zip by ${deflater.name}`, () => {
    it('a zip is the same bytes for the same contents in any time zone', async () => {
      const zones = ['UTC', 'Asia/Tokyo', 'America/New_York']
      const before = process.env.TZ
      const archives = []
      for (const zone of zones) {
        process.env.TZ = zone
        archives.push((await writeZip({ 'a.log': 'x\n' }, { deflater })).bytes)
      }
      process.env.TZ = before
      for (const archive of archives) assert.deepEqual(archive, archives[0])
    })

    it('a zip is the same bytes for any chunks of text and any number of threads', async () => {
      const text = Buffer.concat([logText(blockBytes), incompressible(70_000), logText(blockBytes)])
      const { bytes: expected } = await writeZip(
        { 'a.log': text, 'b.log': '' },
        { deflater, effort: 'fast', threads: 1 }
      )
      const cuts = fastCheck.array(fastCheck.integer({ min: 0, max: text.length }), { maxLength: 12 })
      const anyWay = fastCheck.asyncProperty(cuts, fastCheck.integer({ min: 1, max: 16 }), async (places, threads) => {
        assert.ok(
          expected.equals(await writeInPieces(deflater, text, places, threads)),
          `${places} on ${threads} threads`
        )
      })
      await fastCheck.assert(anyWay, { numRuns: 10 })
    })

    it('a zip keeps no reference to the bytes it was given', async () => {
      const zip = new ZipWriter(deflater, () => 'small', 2)
      const body = buffer(zip.body)
      zip.beginEntry('a.log', time)
      const reused = Buffer.from('first\n')
      await zip.write(reused)
      reused.write('other\n')
      await zip.write(reused)
      await zip.endEntry()
      zip.finish()
      assert.deepEqual(await body, (await writeZip({ 'a.log': 'first\nother\n' }, { deflater })).bytes)
    })

    it('a zip runs ahead of its reader by a bounded part', async () => {
      const zip = new ZipWriter(deflater, () => 'fast', 2)
      const block = incompressible(blockBytes)
      zip.beginEntry('a.log', time)
      let taken = 0
      const writing = (async () => {
        for (let count = 0; count < 16; count++, taken++) await zip.write(block)
        await zip.endEntry()
        zip.finish()
      })()
      let read = 0
      for await (const chunk of zip.body as AsyncIterable<Buffer>) {
        read += chunk.length
        assert.ok(taken - read / blockBytes < 9, `${taken} blocks while ${read} bytes are read`)
      }
      await writing
      assert.ok(read > 16 * blockBytes)
    })

    it('a zip ends every wait when its reader has failed', async () => {
      const zip = new ZipWriter(deflater, () => 'fast', 2)
      zip.body.on('error', () => {})
      zip.beginEntry('a.log', time)
      const failure = new Error('no reader')
      const writing = (async () => {
        for (;;) await zip.write(Buffer.alloc(1e6, 'x'))
      })()
      zip.fail(failure)
      await assert.rejects(writing, failure)
      await assert.rejects(zip.endEntry(), failure)
      assert.equal(zip.body.destroyed, true)
    })

    it('a zip fails as a whole when deflate fails', async () => {
      const failure = new Error('no memory')
      const failing = { ...deflater, deflate: () => Promise.reject(failure) }
      const zip = new ZipWriter(failing, () => 'fast', 2)
      const body = buffer(zip.body)
      body.catch(() => {})
      zip.beginEntry('a.log', time)
      await zip.write(Buffer.from('a line\n'))
      await assert.rejects(zip.endEntry(), failure)
      await assert.rejects(body, failure)
    })
  })
}

async function writeInPieces(
  deflater: Deflater,
  text: Buffer,
  places: readonly number[],
  threads: number
): Promise<Buffer> {
  const zip = new ZipWriter(deflater, () => 'fast', threads)
  const body = buffer(zip.body)
  zip.beginEntry('a.log', time)
  const ends = [...places, text.length].sort((a, b) => a - b)
  for (const [at, end] of ends.entries()) await zip.write(text.subarray(ends[at - 1] ?? 0, end))
  await zip.endEntry()
  zip.beginEntry('b.log', time)
  await zip.endEntry()
  zip.finish()
  return body
}
