import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The embedded S3 server in a process of its own, so that its CPU time is not the worker's. */
export interface CorpusServer extends AsyncDisposable {
  /** What a client's environment needs, as assignments for a shell. */
  readonly environment: string
}

const script = fileURLToPath(new URL('../../test/stand-ins/s3/serve.ts', import.meta.url))

/** Serves `directory` as the bucket `logs`, as slow as the further arguments say, until it is disposed. */
export async function serveCorpus(args: readonly string[]): Promise<CorpusServer> {
  const server = spawn(process.execPath, [script, '--until-stdin-closes', ...args], {
    stdio: ['pipe', 'pipe', 'inherit']
  })
  const [line] = (await once(createInterface(server.stdout), 'line')) as [string]
  const { environment } = JSON.parse(line) as { environment: Record<string, string> }
  return {
    environment: Object.entries(environment)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
    [Symbol.asyncDispose]: () => end(server)
  }
}

async function end(server: ChildProcess): Promise<void> {
  server.stdin!.end()
  await once(server, 'close')
}
