import { BatchClient, type BatchClientConfig, SubmitJobCommand, TerminateJobCommand } from '@aws-sdk/client-batch'
import { backoffMs } from '../../worker/async/backoff.ts'
import { type Clock, realClock } from '../../worker/async/clock.ts'
import { isAccessDenied, isCredentialError, isThrottled } from '../../worker/contract/aws-errors.ts'
import { IotLogError, messageOf } from '../../worker/contract/errors.ts'

/*
 * The calls to AWS Batch. A module of its own, so that the SDK is loaded by a plain import of ours: it is a CommonJS
 * package, whose names a bundle hides from a dynamic import.
 */

/** What a client of Batch needs to know. */
export interface BatchClientSettings {
  readonly region: string | undefined
  /** The role to assume; our own credentials without one. */
  readonly roleArn: string | null | undefined
}

/** What is submitted: a queue, a definition, and the id of a job document. */
export interface WantedBatchJob {
  readonly queue: string
  readonly jobDefinition: string
  readonly jobId: string
}

export interface ConnectedBatch {
  /** Gives Batch's id. @throws IotLogError, or the signal's reason */
  submit(wanted: WantedBatchJob, signal: AbortSignal): Promise<string>
  /** @throws IotLogError, or the signal's reason */
  terminate(batchJobId: string, reason: string, signal: AbortSignal): Promise<void>
}

/** A try takes no longer than this to connect, or to be answered. */
const requestHandler = { connectionTimeout: 500, requestTimeout: 1_500, throwOnRequestTimeout: true }
/** Calls are retried soon: the request of a person ends after 2.5 s. */
const throttleBackoff = { firstMs: 300, longestMs: 300 }

/** Makes a client; nothing is sent before the first call. */
export function connectBatch({ region, roleArn }: BatchClientSettings, clock = realClock): ConnectedBatch {
  const settings: BatchClientConfig = {
    ...(region !== undefined && { region }),
    // Batch takes no client token: a SubmitJob that was sent twice would be two jobs.
    maxAttempts: 1,
    requestHandler
  }
  const client = new BatchClient(roleArn ? { ...settings, credentials: lentBy(roleArn, region) } : settings)
  return {
    submit: async ({ queue, jobDefinition, jobId }, signal) => {
      const job = { jobName: `iot-log-${jobId}`, jobQueue: queue, jobDefinition, parameters: { jobId } }
      const send = () => client.send(new SubmitJobCommand(job), { abortSignal: signal })
      const answer = await attempt('SubmitJob', queue, { signal, clock }, send)
      return answer.jobId!
    },
    terminate: async (batchJobId, reason, signal) => {
      const send = () => client.send(new TerminateJobCommand({ jobId: batchJobId, reason }), { abortSignal: signal })
      await attempt('TerminateJob', batchJobId, { signal, clock }, send)
    }
  }
}

/**
 * Credentials of a role, in another account perhaps. The client keeps them and asks for new ones when they are about to
 * expire (within five minutes, `@smithy/core` memoizeIdentityProvider).
 */
function lentBy(roleArn: string, region: string | undefined): NonNullable<BatchClientConfig['credentials']> {
  return async () => {
    const { assumeRole } = await import('./assume-role.ts')
    return assumeRole(roleArn, { region, requestHandler })
  }
}

/** Runs a call. Batch does not carry out a throttled one, so it is retried until the signal aborts. */
async function attempt<T>(
  action: string,
  subject: string,
  { signal, clock }: { readonly signal: AbortSignal; readonly clock: Clock },
  call: () => Promise<T>
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await call()
    } catch (error) {
      signal.throwIfAborted()
      if (!isThrottled(error)) throw batchError(action, subject, error)
      await clock.sleep(backoffMs(failures, throttleBackoff, clock.random), signal)
      signal.throwIfAborted()
    }
  }
}

function batchError(action: string, subject: string, error: unknown): IotLogError {
  if (error instanceof IotLogError) return error
  const isDenied = isAccessDenied(error) || isCredentialError(error)
  const text = `${action} failed: ${subject}: ${messageOf(error) || (error as Error).name}`
  return new IotLogError(isDenied ? 'denied' : 'unavailable', text, { subject, cause: error })
}
