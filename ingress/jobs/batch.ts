import type { Clock } from '../../worker/async/clock.ts'
import type { Config, Environment } from '../../worker/contract/config.ts'
import { IotLogError } from '../../worker/contract/errors.ts'
import type { ConnectedBatch } from './batch-client.ts'

/*
 * Jobs of AWS Batch, in the account that runs an environment's. A Batch job is given the id of its document and nothing
 * else: DescribeJobs, events and the console show parameters to many.
 */

export type QueueKind = 'spotQueue' | 'onDemandQueue'

export interface Batch {
  /** Puts a job into a queue and gives Batch's id for it. @throws IotLogError when Batch does not take it */
  submit(environment: string, kind: QueueKind, jobId: string, signal: AbortSignal): Promise<SubmittedJob>
  /** Stops a job wherever it is; one that has ended is as good. @throws IotLogError */
  terminate(environment: string, batchJobId: string, signal: AbortSignal): Promise<void>
  /** Loads what the first call needs, before there is one. */
  warm(): Promise<void>
}

export interface SubmittedJob {
  readonly batchJobId: string
  readonly queue: string
}

/** Operators see it at a job that was stopped. */
const cancelReason = 'Cancelled on request'

/** Asks the Batch of every environment of a configuration; each has its own client, made when it is first needed. */
export function createBatch(config: Config, clock: Clock): Batch {
  const clients = new Map<string, ConnectedBatch>()
  const clientOf = async ({ name, region, submit }: Environment): Promise<ConnectedBatch> => {
    const { connectBatch } = await import('./batch-client.ts')
    const client = clients.get(name) ?? connectBatch({ region, roleArn: submit?.roleArn }, clock)
    clients.set(name, client)
    return client
  }
  return {
    submit: async (name, kind, jobId, signal) => {
      const environment = environmentOf(config, name)
      if (!environment.submit) throw new IotLogError('wrong-config', `environments.${name}.submit is missing`)
      const { [kind]: queue, jobDefinition } = environment.submit
      const client = await clientOf(environment)
      return { batchJobId: await client.submit({ queue, jobDefinition, jobId }, signal), queue }
    },
    terminate: async (name, batchJobId, signal) => {
      await (await clientOf(environmentOf(config, name))).terminate(batchJobId, cancelReason, signal)
    },
    warm: async () => {
      await clientOf(environmentOf(config, config.defaultEnvironment))
    }
  }
}

function environmentOf(config: Config, name: string): Environment {
  const environment = config.environments.get(name)
  if (environment) return environment
  throw new IotLogError('wrong-config', `There is no environment ${name} any more`, { subject: name })
}
