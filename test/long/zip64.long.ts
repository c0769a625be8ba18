import assert from 'node:assert/strict'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { after, before, describe, it } from 'node:test'
import { chooseInflaters } from '../../worker/decode/choose-inflater.ts'
import { chooseDeflater } from '../../worker/outputs/zip/choose-deflater.ts'
import type { WrittenEntry } from '../../worker/outputs/zip/manifest.ts'
import { ZipWriter } from '../../worker/outputs/zip/zip.ts'
import { skipLoudly } from '../support/skip-loudly.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts'
import { isInstalled, zipReaders } from '../worker/outputs/zip/zip-readers.ts'

/*
 * One entry over 4 GiB, whose size is known only at its end, and one behind it. The text says the same again and again,
 * so that the zip is small.
 */

const leastBytes = 2 ** 32 + 1
const time = new Date(Date.UTC(2023, 9, 1))

describe('an entry over 4 GiB, and the one behind it, are read by', () => {
  let directory: TemporaryDirectory
  let path: string
  const entries: WrittenEntry[] = []

  before(async () => {
    directory = temporaryDirectory()
    path = join(directory.path, 'day.zip')
    const zip = new ZipWriter(await chooseDeflater(await chooseInflaters()), () => 'fast', 2)
    const written = pipeline(zip.body, createWriteStream(path))
    const lines = Buffer.from('{"thingName":"THING00001","battery":97}\n'.repeat(25_000))
    zip.beginEntry('telemetry.log', time)
    for (let bytes = 0; bytes < leastBytes; bytes += lines.length) await zip.write(lines)
    entries.push(await zip.endEntry())
    zip.beginEntry('manifest.json', time)
    await zip.write(Buffer.from('{}\n'))
    entries.push(await zip.endEntry())
    zip.finish()
    await written
  })
  after(() => directory[Symbol.dispose]())

  for (const reader of zipReaders) {
    it(reader.name, async (test) => {
      if (!isInstalled(reader)) return skipLoudly(test, `${reader.command} is not installed`)
      for (const { name, sha256 } of entries) assert.equal(await reader.sha256Of(path, name), sha256, name)
    })
  }
})
