import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { repository, startCommand } from '../../support/run-cli.ts'

describe('building the native add-on', () => {
  it('the build says what is missing', async () => {
    const env = { ...process.env, CC: 'no-such-compiler' }
    const { code, stderr } = await startCommand(process.execPath, [`${repository}worker/native/build.ts`], { env })
      .finished
    assert.equal(code, 1)
    assert.match(stderr, /not built: .*(there is no no-such-compiler .*libisal-dev|it is for Linux)/)
  })
})
