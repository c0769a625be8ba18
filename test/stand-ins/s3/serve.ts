import { parseArgs } from 'node:util'
import type { Fault } from './faults.ts'
import { operationNames } from './operation.ts'
import { type BucketOptions, startS3Server } from './server.ts'
import { directoryStorage } from './storage-directory.ts'
import { discardStorage } from './storage-discard.ts'
import { generatedStorage } from './storage-generated.ts'

/*
 * The server as a process of its own:
 *   node test/stand-ins/s3/serve.ts --directory DIR --bucket NAME [--port N] [--latency-ms N] [--list-latency-ms N]
 *     [--mb-per-second N] [--discard BUCKET] [--generate N [--size BYTES]] [--until-stdin-closes]
 * Prints one line of JSON, {url, environment}, when it is ready. Ends on SIGTERM or SIGINT, or with its stdin.
 */

const { values } = parseArgs({
  options: {
    directory: { type: 'string' },
    /** Of the directory; an empty one in memory where there is no directory. */
    bucket: { type: 'string' },
    port: { type: 'string' },
    /** Before the first byte of every answer. */
    'latency-ms': { type: 'string' },
    /** Of listings, instead of `latency-ms`. */
    'list-latency-ms': { type: 'string' },
    /** On each connection, in 1,000,000 bytes. */
    'mb-per-second': { type: 'string' },
    /** A bucket that keeps sizes and ends only. */
    discard: { type: 'string' },
    /** A bucket `generated` that holds a day of so many objects, */
    generate: { type: 'string' },
    /** The bytes of each. Default: 1,000. */
    size: { type: 'string' },
    'until-stdin-closes': { type: 'boolean', default: false }
  }
})

const server = await startS3Server({ port: numberOf('port') ?? 0, buckets: buckets(), faults: faults() })
const end = async (): Promise<void> => {
  await server.close()
  process.exit(0)
}
process.once('SIGTERM', end).once('SIGINT', end)
if (values['until-stdin-closes']) process.stdin.once('close', end).resume()
// Last: who reads this line may end the process at once.
console.log(JSON.stringify({ url: server.url, environment: server.environment() }))

function numberOf(
  name: 'port' | 'latency-ms' | 'list-latency-ms' | 'mb-per-second' | 'generate' | 'size'
): number | undefined {
  const text = values[name]
  if (text === undefined) return undefined
  if (!/^\d+(\.\d+)?$/.test(text)) throw new Error(`--${name} needs a number: ${text}`)
  return Number(text)
}

function buckets(): Record<string, BucketOptions> {
  const made: Record<string, BucketOptions> = {}
  if (values.directory !== undefined && values.bucket === undefined) throw new Error('--directory needs a --bucket')
  if (values.bucket !== undefined) {
    made[values.bucket] = values.directory === undefined ? {} : { storage: directoryStorage(values.directory) }
  }
  if (values.discard !== undefined) made[values.discard] = { storage: discardStorage() }
  const count = numberOf('generate')
  if (count !== undefined) made.generated = { storage: generatedStorage(generatedDay(count, numberOf('size') ?? 1000)) }
  return made
}

/** The hours of 2023/10/01, `telemetry/2023/10/01/00/00000000.log` and so on. */
function generatedDay(count: number, size: number): Parameters<typeof generatedStorage>[0] {
  const hourOf = (position: number): string => String(Math.floor((position * 24) / count)).padStart(2, '0')
  return {
    count,
    keyOf: (position) => `telemetry/2023/10/01/${hourOf(position)}/${String(position).padStart(8, '0')}.log`,
    sizeOf: () => size,
    bytesOf: (position) =>
      Buffer.from(
        `${position} `
          .repeat(size)
          .slice(0, size - 1)
          .concat('\n')
      )
  }
}

function faults(): Fault[] {
  const latencyMs = numberOf('latency-ms') ?? 0
  const listLatencyMs = numberOf('list-latency-ms') ?? latencyMs
  const megabytes = numberOf('mb-per-second')
  const isList = (name: string): boolean => name.startsWith('List')
  const made: Fault[] = []
  const addLatency = (operation: readonly string[], firstByteMs: number): void => {
    if (firstByteMs > 0) made.push({ operation, action: { kind: 'latency', firstByteMs } })
  }
  addLatency(operationNames.filter(isList), listLatencyMs)
  addLatency(
    operationNames.filter((name) => !isList(name)),
    latencyMs
  )
  if (megabytes) made.push({ action: { kind: 'bandwidth', bytesPerSecond: megabytes * 1e6 } })
  return made
}
