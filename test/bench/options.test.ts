import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { repository, startCommand } from '../support/run-cli.ts'

const run = (...words: string[]) =>
  startCommand(process.execPath, [`${repository}bench/export/bench.ts`, ...words]).finished

describe('the options of a bench', () => {
  for (const [words, problem] of [
    [['--round', '3'], /^Unknown option '--round'/],
    [['--rounds', 'some'], /^--rounds needs 1 or more: some\n/],
    [['--only', 'stages,zips'], /^--only takes stages, days, s3: zips\n/]
  ] as const) {
    it(`are refused before anything is measured: ${words.join(' ')}`, async () => {
      const { code, stdout, stderr } = await run(...words)
      assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
      assert.match(stderr, problem)
      assert.match(stderr, /\n\nnpm run bench -- /)
    })
  }

  it('the options of a benchmark are printed by --help', async () => {
    const { code, stdout } = await run('--help')
    assert.equal(code, 0)
    assert.match(stdout, /--must-hold/)
  })
})
