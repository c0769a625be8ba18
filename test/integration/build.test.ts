import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readArchive } from '../support/archives.ts'
import { buildProgram } from '../support/build-program.ts'
import { logDirectory } from '../support/log-directory.ts'
import { startCommand } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

describe('the built command', () => {
  it('the built command runs in a clean directory, without the repository and its packages', async () => {
    using place = temporaryDirectory()
    using logs = logDirectory({ 'lifecycle/2023/10/01/00/a.gz': gzipSync('{"clientId":"THING00001"}\n') })
    await buildProgram(place.path)
    const args = [
      join(place.path, 'iot-log.mjs'),
      'export',
      'client_id',
      'lifecycle',
      '2023/10/01',
      '--source',
      logs.url
    ]
    const { code, stderr } = await startCommand(process.execPath, args, { cwd: place.path }).finished
    assert.equal(stderr, '')
    assert.equal(code, 0)
    const files = await readArchive(join(place.path, '20231001_client_id.zip'))
    assert.equal(files.get('lifecycle_20231001.log')!.toString(), '{"clientId":"THING00001"}\n')
    const queries = await startCommand(process.execPath, [args[0]!, 'query', 'list'], { cwd: place.path }).finished
    assert.equal(queries.stderr, '')
    assert.match(queries.stdout, /^find-text +the lines of a category/m)
  })
})
