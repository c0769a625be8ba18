import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseFlags } from './flags.ts'

test('without flags there is a day on port 3000', () => {
  const { port, day, directory, isReset, isHelp } = parseFlags([])
  assert.deepEqual([port, day], [3_000, { date: '2023-10-01', textMegabytes: 200 }])
  assert.deepEqual([directory, isReset, isHelp], [undefined, false, false])
})

test('a day may be written as in a command', () => {
  assert.equal(parseFlags(['--day', '2024/02/29']).day.date, '2024-02-29')
})

test('all mistakes are reported at once', () => {
  const flags = ['--day', '2023-02-29', '--port', '65536', '--text-mb', '0']
  assert.throws(() => parseFlags(flags), /"2023-02-29"[\s\S]*0 to 65535, not "65536"[\s\S]*1 to 100000, not "0"/)
  assert.throws(() => parseFlags(['--prot', '1']), /Unknown option '--prot'/)
  assert.throws(() => parseFlags(['more']), /Unexpected argument 'more'/)
})
