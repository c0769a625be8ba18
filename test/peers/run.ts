import { globSync } from 'node:fs'
import { devNull } from 'node:os'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { requiresAll } from '../support/skip-loudly.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { cfnLint, lintTemplates } from './cfn-lint.ts'
import { findProgram } from './find-program.ts'
import { minio } from './minio.ts'
import { moto } from './moto.ts'
import type { Installable, Peer, PeerAddress } from './peer.ts'
import { freePort, startServer } from './server.ts'

/*
 * `npm run test:peers [-- --only moto|minio|cfn-lint]`: the S3 store against the S3 servers of others, so that no mistake
 * that our own test server shares with the store goes unseen; the templates of infra/ in moto's CloudFormation, and before
 * cfn-lint. A peer that can't be installed here is left out with a warning, or fails if IOT_LOG_REQUIRE_ALL=1.
 */

const peers: readonly Peer[] = [moto, minio]
const here = fileURLToPath(new URL('.', import.meta.url))
const region = 'ap-northeast-1'
const credentials = { id: 'iot-log-tests', secret: 'a secret of nothing at all' }
const testMs = 300_000

interface PeerResult {
  readonly peer: Peer
  readonly passed: number
  readonly failed: number
  readonly seconds: number
  readonly program: string
  /** Why it did not run. */
  readonly leftOut?: string
}

const stopped = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => stopped.abort(new Error(`stopped by ${name}`)))
}
const results: PeerResult[] = []
let isLinted = false
try {
  const only = chosenName(process.argv.slice(2))
  for (const peer of peers.filter((one) => isChosen(one, only))) results.push(await testPeer(peer, stopped.signal))
  if (isChosen(cfnLint, only)) await lint(stopped.signal)
} catch (error) {
  console.error(String(error))
  process.exitCode = 1
}
summarize(results)

function chosenName(args: readonly string[]): string | undefined {
  const { only } = parseArgs({ args: [...args], options: { only: { type: 'string' } } }).values
  const all = [...peers, cfnLint]
  if (all.some((one) => isChosen(one, only))) return only
  throw new Error(`--only ${only}: it is one of ${all.map(({ name }) => name.toLowerCase()).join(', ')}`)
}

function isChosen({ name }: Installable, only: string | undefined): boolean {
  return only === undefined || name.toLowerCase() === only.toLowerCase()
}

/** Findings are printed by cfn-lint itself. */
async function lint(signal: AbortSignal): Promise<void> {
  const startedMs = performance.now()
  const program = await findProgram(cfnLint, `${here}.cache`, signal).catch((error: Error) => error)
  signal.throwIfAborted()
  if (program instanceof Error) return leaveOut(cfnLint, program)
  const templates = await lintTemplates(program, signal)
  console.log(`\n${cfnLint.name}: ${templates} templates, no findings, ${secondsSince(startedMs)} s (${program})`)
  isLinted = true
}

async function testPeer(peer: Peer, signal: AbortSignal): Promise<PeerResult> {
  using directory = temporaryDirectory()
  const address = { port: await freePort(), region, credentials, directory: directory.path }
  const startedMs = performance.now()
  const started = await startPeer(peer, address, signal)
  if ('leftOut' in started) return { peer, program: '', passed: 0, failed: 0, seconds: 0, ...started }
  await using _ = started.server
  console.log(`\n${peer.name}: ${started.program} on port ${address.port}`)
  const counts = await runTests(peer, address, signal)
  return { peer, program: started.program, ...counts, seconds: secondsSince(startedMs) }
}

/** A peer that can't run on this machine is no failure, but must not be overlooked. */
async function startPeer(
  peer: Peer,
  address: PeerAddress,
  signal: AbortSignal
): Promise<{ program: string; server: AsyncDisposable } | { leftOut: string }> {
  try {
    const program = await findProgram(peer, `${here}.cache`, signal)
    return { program, server: await startServer(peer.serve(program, address), address.directory, signal) }
  } catch (error) {
    signal.throwIfAborted()
    leaveOut(peer, error as Error)
    return { leftOut: (error as Error).message }
  }
}

function leaveOut({ name }: Installable, { message }: Error): void {
  console.error(`\nLEFT OUT: ${name}: ${message}`)
  if (requiresAll) process.exitCode = 1
}

/** Runs all files against one peer and prints their output. */
async function runTests(
  peer: Peer,
  address: PeerAddress,
  signal: AbortSignal
): Promise<{ passed: number; failed: number }> {
  let passed = 0
  let failed = 0
  const tests = run({
    files: globSync('*.peer.ts', { cwd: here }).map((name) => here + name),
    testSkipPatterns: Object.keys(peer.deviations).map(wholeName),
    timeout: testMs,
    env: clientEnvironment(peer, address),
    signal
  })
  tests.on('test:summary', ({ file, counts }) => {
    if (file !== undefined) return
    passed = counts.passed
    failed = counts.tests - counts.passed - counts.skipped - counts.todo
  })
  for await (const text of tests.compose(spec)) process.stdout.write(text)
  signal.throwIfAborted()
  return { passed, failed }
}

/** Finds the peer and nothing else: the environment may hold a real account of the person who runs this. */
function clientEnvironment(peer: Peer, { port, directory }: PeerAddress): Record<string, string | undefined> {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))
  return {
    ...Object.fromEntries(others),
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.id,
    AWS_SECRET_ACCESS_KEY: credentials.secret,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    // So that nothing stays of tests that are cut.
    TMPDIR: directory,
    PEER: peer.name
  }
}

function summarize(all: readonly PeerResult[]): void {
  console.log('')
  for (const { peer, program, passed, failed, seconds, leftOut } of all) {
    if (leftOut !== undefined) {
      console.log(`${peer.name}: LEFT OUT: ${leftOut.split('\n')[0]}`)
      continue
    }
    console.log(`${peer.name}: ${passed} passed, ${failed} failed, ${seconds} s (${program})`)
    for (const [test, reason] of Object.entries(peer.deviations)) console.log(`  excluded: ${test} (${reason})`)
  }
  const isAnyTested = isLinted || all.some(({ passed }) => passed > 0)
  if (!isAnyTested) console.error('No peer could be tested')
  if (!isAnyTested || all.some(({ failed }) => failed > 0)) process.exitCode = 1
}

function wholeName(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
}

function secondsSince(startedMs: number): number {
  return Math.round((performance.now() - startedMs) / 1000)
}
