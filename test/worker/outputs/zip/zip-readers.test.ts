import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { WrittenEntry } from '../../../../worker/outputs/zip/manifest.ts'
import { deflaters, warnIfNativeIsMissing } from '../../../support/native-add-on.ts'
import { skipLoudly } from '../../../support/skip-loudly.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../../support/temporary-directory.ts'
import { logText } from './log-text.ts'
import { writeZip } from './write-zip.ts'
import { isInstalled, zipReaders } from './zip-readers.ts'

warnIfNativeIsMissing()

for (const deflater of deflaters) {
  describe(`a zip of several blocks by ${deflater.name} and an empty entry is read by`, () => {
    let directory: TemporaryDirectory
    let path: string
    let entries: readonly WrittenEntry[]
    before(async () => {
      directory = temporaryDirectory()
      path = join(directory.path, 'day.zip')
      const contents = { 'a.log': '', 'b.log': logText(2 * deflater.blockBytes + 5), 'manifest.json': '{}\n' }
      const written = await writeZip(contents, { deflater, effort: 'fast' })
      writeFileSync(path, written.bytes)
      entries = written.entries
    })
    after(() => directory[Symbol.dispose]())

    for (const reader of zipReaders) {
      it(reader.name, async (test) => {
        if (!isInstalled(reader)) return skipLoudly(test, `${reader.command} is not installed`)
        for (const { name, sha256 } of entries) assert.equal(await reader.sha256Of(path, name), sha256, name)
      })
    }
  })
}
