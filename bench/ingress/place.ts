import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What the ingress talks to. */
export const services = ['s3', 'slack', 'batch', 'secrets'] as const
export type Service = (typeof services)[number]

/** Where records are, with the reference configuration. */
export const jobsPrefix = 'slack/iot-logs/jobs/'
export const benchUser = (position: number): string => `UBENCH${String(position).padStart(5, '0')}`

/** What the stand-ins send when they listen. */
export interface ServiceAddresses {
  readonly slackUrl: string
  readonly signingSecret: string
  /** What an ingress finds in its environment. */
  readonly environment: Readonly<Record<string, string>>
}

/** What stands in Batch and S3. */
export interface Outcome {
  /** Jobs that Batch took, in order. */
  readonly submissions: readonly { readonly batchJobId: string; readonly jobId: string }[]
  /** All job records, as text. */
  readonly records: readonly string[]
}

/** Stand-ins for all that the ingress talks to, in a process of their own, and a configuration for it. */
export interface Place extends ServiceAddresses, AsyncDisposable {
  /** Delays every answer of these services by so much, and of the others by nothing. */
  slow(services: readonly Service[], ms: number): Promise<void>
  readOutcome(): Promise<Outcome>
}

const script = fileURLToPath(new URL('stand-ins.ts', import.meta.url))
const reference = new URL('../../iot-log.config.json', import.meta.url)

/** Starts the stand-ins with so many people in Slack. */
export async function startPlace(people: number): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'iot-log-bench-'))
  const config = JSON.parse(readFileSync(reference, 'utf8'))
  config.environments.dev.pathStyle = true
  writeFileSync(join(directory, 'iot-log.config.json'), JSON.stringify(config))
  const child = fork(script, [String(people)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  // 'close' does not come after disconnect().
  const ended = once(child, 'exit')
  const answer = async <T>(): Promise<T> => {
    const gone = ended.then(() => Promise.reject(new Error('The stand-ins are gone')))
    const [message] = (await Promise.race([once(child, 'message'), gone])) as [T]
    return message
  }
  const ask = async <T>(question: object): Promise<T> => {
    child.send(question)
    return answer<T>()
  }
  const { environment, ...addresses } = await answer<ServiceAddresses>()
  return {
    ...addresses,
    environment: { ...environment, IOT_LOG_CONFIG: join(directory, 'iot-log.config.json') },
    slow: async (slowed, ms) => {
      await ask({ services: slowed, ms })
    },
    readOutcome: () => ask({}),
    [Symbol.asyncDispose]: async () => {
      child.disconnect()
      await ended
      rmSync(directory, { recursive: true })
    }
  }
}
