import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '../support/temporary-directory.ts'

test('without a browser every test is skipped, and says so', () => {
  using empty = temporaryDirectory()
  const file = fileURLToPath(new URL('form.test.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', file], {
    env: { PATH: empty.path },
    encoding: 'utf8'
  })
  assert.equal(status, 0, stdout + stderr)
  assert.match(stdout, /^# tests 2\n[\s\S]*^# pass 0\n# fail 0\n# cancelled 0\n# skipped 2$/m)
  assert.equal((stdout + stderr).match(/SKIPPED: .*: there is no chromium in the PATH/g)?.length, 2)
})
