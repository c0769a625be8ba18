import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { referenceDocument } from '../support/configurations.ts'
import { repository, startCommand } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

it('npm run tables reports all mistakes of the configuration, and makes nothing', async () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'iot-log.config.json')
  const document = referenceDocument()
  document.categories.telemetry.layout = 'telemetry/{yyyy}/'
  document.limits.maxDay = 3
  writeFileSync(path, JSON.stringify(document))
  const env = { ...process.env, IOT_LOG_CONFIG: path }
  const { code, stdout, stderr } = await startCommand(process.execPath, [`${repository}queries/write-tables.ts`], {
    env
  }).finished
  assert.equal(code, 2)
  assert.equal(stdout, '')
  const [head, ...lines] = stderr.trimEnd().split('\n')
  assert.equal(head, `iot-log: ${lines.length} mistakes`)
  assert.ok(lines.length >= 2)
  for (const line of lines) assert.ok(line.startsWith(`  ${path}: `), line)
})
