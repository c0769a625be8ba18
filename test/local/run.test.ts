import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { listen } from '../stand-ins/s3/connections.ts'
import { bareEnvironment } from '../support/bare-environment.ts'
import { startCommand } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const script = fileURLToPath(new URL('./run.ts', import.meta.url))

/** The command, its logs and whatever is temporary in directories of the test's own. */
function start(logs: string, temporary: string, flags: readonly string[]) {
  const env = { ...bareEnvironment(), TMPDIR: temporary }
  return startCommand(process.execPath, [script, '--text-mb', '1', '--directory', logs, ...flags], { env })
}

test('npm run local prints its address, and Ctrl-C ends all its processes and leaves nothing', async () => {
  using logs = temporaryDirectory()
  using temporary = temporaryDirectory()
  const { child, finished } = start(logs.path, temporary.path, ['--port', '0', '--day', '2024/02/29', '--reset'])
  const printed: string[] = []
  for await (const line of createInterface(child.stdout!)) if (printed.push(line) && line.startsWith('Ctrl-C')) break
  assert.match(printed.join('\n'), /2024\/02\/29 slow/)
  const address = /http:\S+/.exec(printed.join('\n'))![0]
  assert.match(await (await fetch(address)).text(), /<title>iot-log on this machine/)
  const said = { user: 'U0MINA', channel: 'C0SUPPORT', text: '/iot-log THING00001 telemetry 2024/02/29 slow' }
  const headers = { 'content-type': 'application/json' }
  await fetch(`${address}act/say`, { method: 'POST', headers, body: JSON.stringify(said) })
  let job = ''
  for await (const line of createInterface(child.stderr!)) {
    job = /"job":"(\w+)".*"event":"planned"/.exec(line)?.[1] ?? ''
    if (job !== '') break
  }
  const isWorkerThere = (): boolean => spawnSync('ps', ['-eo', 'args']).stdout.includes(`main.ts ${job}`)
  assert.ok(isWorkerThere())
  child.kill('SIGINT')
  const { code, signal } = await finished
  assert.deepEqual([code, signal], [0, null])
  assert.equal(isWorkerThere(), false)
  assert.deepEqual(readdirSync(temporary.path), [])
  await assert.rejects(fetch(address))
})

test('npm run local reports a port that is taken, and touches nothing', async () => {
  using logs = temporaryDirectory()
  using temporary = temporaryDirectory()
  const taken = await listen(createServer(), 0)
  try {
    const { code, stderr } = await start(logs.path, temporary.path, ['--port', String(taken.port)]).finished
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`^Port ${taken.port} is taken, perhaps by another npm run local: .* --port N`))
    assert.deepEqual([readdirSync(logs.path), readdirSync(temporary.path)], [[], []])
  } finally {
    await taken.shut()
  }
})

test('--help lists the flags, and a wrong flag points to --help', async () => {
  using nowhere = temporaryDirectory()
  const help = await start(nowhere.path, nowhere.path, ['--help']).finished
  assert.deepEqual([help.code, help.stderr], [0, ''])
  for (const flag of ['--port', '--day', '--text-mb', '--directory', '--reset', '--quiet']) {
    assert.ok(help.stdout.includes(flag), flag)
  }
  const wrong = await start(nowhere.path, nowhere.path, ['--port', 'x']).finished
  assert.deepEqual([wrong.code, wrong.stdout], [1, ''])
  assert.match(wrong.stderr, /--port needs a whole number[\s\S]*--help/)
})
