import {
  BatchClient,
  type BatchClientConfig,
  SubmitJobCommand,
  type SubmitJobCommandInput
} from '@aws-sdk/client-batch'
import { type BatchServer, type BatchServerOptions, startBatchServer } from './server.ts'

/** The real client, which asks once and goes away with its scope. */
export function clientOf(batch: BatchServer, config: BatchClientConfig = {}): BatchClient & Disposable {
  const { url: endpoint, region, credentials } = batch
  const client = new BatchClient({ endpoint, region, credentials, maxAttempts: 1, ...config })
  return Object.assign(client, { [Symbol.dispose]: () => client.destroy() })
}

/** What a call fails with: `400 ClientException: …`. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
    return `${$metadata?.httpStatusCode ?? '-'} ${name}: ${message}`
  }
  return 'no failure'
}

/** A server with one queue and one definition that does nothing, changed as the test wants. */
export function startBatch(options: Partial<BatchServerOptions> = {}): Promise<BatchServer> {
  return startBatchServer({
    queues: { slack: {}, 'slack-on-demand': {}, closed: { isEnabled: false } },
    jobDefinitions: { 'iot-log-export': { command: ['node', '-e', '0', 'Ref::id'] } },
    ...options
  })
}

/** Submits a job, with defaults for the missing fields, and gives its id. */
export async function submit(client: BatchClient, input: Partial<SubmitJobCommandInput> = {}): Promise<string> {
  const { jobId } = await client.send(
    new SubmitJobCommand({ jobName: 'export', jobQueue: 'slack', jobDefinition: 'iot-log-export', ...input })
  )
  return jobId!
}
