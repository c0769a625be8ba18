import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deflaters, inflaters } from '../../support/native-add-on.ts'
import { runCli } from '../../support/run-cli.ts'

describe('iot-log doctor', () => {
  it('iot-log doctor prints which parts an export uses', async () => {
    const { code, stdout } = await runCli(['doctor'])
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^Node +${process.versions.node} on ${process.platform} ${process.arch}`))
    assert.match(stdout, new RegExp(`\\nInflater +${inflaters[0]}: `))
    assert.match(stdout, /\nMatcher +(native|javascript): /)
    assert.match(stdout, new RegExp(`\\nDeflater +${deflaters[0]!.name}: `))
  })

  it('iot-log doctor prints as JSON what would be faster', async () => {
    const env = { ...process.env, IOT_LOG_INFLATER: 'zlib-stream' }
    const { code, stdout } = await runCli(['doctor', '--json'], { env })
    assert.equal(code, 0)
    const { inflater, matcher, deflater, advice } = JSON.parse(stdout)
    const parts = { inflater, matcher, deflater }
    assert.deepEqual(parts, { inflater: 'zlib-stream', matcher: 'javascript', deflater: 'zlib' })
    assert.match(advice.join(), /IOT_LOG_INFLATER|build:native|Could not load/)
  })

  it('iot-log doctor rejects arguments and unknown inflaters', async () => {
    const { code, stderr } = await runCli(['doctor', 'who'])
    assert.equal(code, 2)
    assert.match(stderr, /who: doctor takes no words/)
    const wrong = await runCli(['doctor'], { env: { ...process.env, IOT_LOG_INFLATER: 'igzip' } })
    assert.match(wrong.stderr, /IOT_LOG_INFLATER=igzip: one of isa-l, zlib-handle, zlib-stream/)
  })
})
