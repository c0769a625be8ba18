import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { buildProgram } from '../support/build-program.ts'
import { referenceDocument } from '../support/configurations.ts'
import { repository, runCli, startCommand } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/*
 * The app as `cdk synth` starts it: a process without credentials, which asks no network.
 */

/** Nothing of a person's account, and a proxy that is not there for any request. */
function environment(more: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))
  const nowhere = 'http://127.0.0.1:9'
  return { ...Object.fromEntries(own), AWS_EC2_METADATA_DISABLED: 'true', HTTPS_PROXY: nowhere, ...more }
}

/** Of its process, on standard output: a busy machine makes no other figure of it. */
const printsCpuSeconds = `process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  process.stdout.write(String((user + system) / 1e6))
})`

const synth = (more: Readonly<Record<string, string>>) =>
  startCommand(process.execPath, [`${repository}infra/main.ts`], { env: environment(more) }).finished

describe('synthesis', () => {
  it('of the reference configuration takes less than 30 s of a processor, without account and network', async () => {
    using place = temporaryDirectory()
    const dist = join(place.path, 'dist')
    await buildProgram(dist)
    const { code, stdout, stderr } = await synth({
      IOT_LOG_DIST: dist,
      CDK_OUTDIR: join(place.path, 'out'),
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(printsCpuSeconds)}`
    })
    assert.equal(code, 0, stderr)
    assert.match(stderr, /^iot-log \d+\.\d+\.\d+-\w+: 5 stacks, in .*out$/m)
    assert.match(stderr, /^ {2}iot-log-dev-export +111111111111 ap-northeast-1 {2}\d+ resources$/m)
    assert.match(stderr, /^Next: npx cdk diff .* npx cdk deploy --all /m)
    assert.ok(Number(stdout) > 0 && Number(stdout) < 30, `${stdout} s`)
    const manifest = readFileSync(join(place.path, 'out/manifest.json'), 'utf8')
    assert.doesNotMatch(manifest, /"missing"/)
    assert.ok(existsSync(join(place.path, 'out/iot-log-dev-export.template.json')))
  })

  it('a wrong configuration prints what `iot-log config check` prints, and makes nothing', async () => {
    using place = temporaryDirectory()
    const path = join(place.path, 'wrong.json')
    const document = referenceDocument()
    document.limits.maxDay = 3
    document.environments.dev.deploy.retentionDays = 0
    document.environments.dev.deploy.network = 'none'
    const outdir = join(place.path, 'out')
    const printed = async (): Promise<string> => {
      writeFileSync(path, JSON.stringify(document))
      const { code, stderr } = await synth({ IOT_LOG_CONFIG: path, CDK_OUTDIR: outdir })
      const checked = await runCli(['config', 'check', path])
      assert.deepEqual([code, checked.code], [2, 2])
      assert.equal(stderr, checked.stderr)
      assert.ok(!existsSync(outdir))
      return stderr
    }
    assert.match(await printed(), /environments\.dev\.deploy\.retentionDays: 0: /)
    Object.assign(document, referenceDocument())
    document.environments.dev.deploy.forward = { elk: {} }
    assert.match(await printed(), /environments\.dev\.deploy\.forward: "elk": no such sink/)
  })

  it('needs what was built, and says so', async () => {
    using place = temporaryDirectory()
    const { code, stderr } = await synth({ IOT_LOG_DIST: place.path, CDK_OUTDIR: join(place.path, 'out') })
    assert.notEqual(code, 0)
    assert.match(stderr, /run npm run build/)
  })
})
