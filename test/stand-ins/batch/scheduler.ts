import { type BatchEvent, jobEvent, queueBlockedEvent } from './events.ts'
import type { AttemptFaultPlan } from './fault-plan.ts'
import { type Attempt, type BatchJob, isOver, type JobStatus } from './job.ts'
import { isRetried } from './retry.ts'
import type { QueueOptions } from './settings.ts'
import type { Registry } from './submit-job.ts'
import type { Executor, Task } from './task.ts'

export const spotReason = 'Your Spot Task was interrupted.'
export const outOfMemoryReason = 'OutOfMemoryError: Container killed due to memory usage'
export const timeoutReason = 'Job attempt duration exceeded timeout'
export const exitedReason = 'Essential container in task exited'

export interface SchedulerSettings {
  readonly registry: Registry
  readonly attemptFaults: AttemptFaultPlan
  /** Undefined: jobs stay RUNNABLE. */
  readonly executor: Executor | undefined
  /** How long a second of Batch takes; a test need not wait a minute for a time-out. */
  readonly secondMs: number
  onEvent(event: BatchEvent): void
}

type StopCause = 'terminated' | 'timeout' | 'spot' | 'memory' | 'kill'

interface Run {
  readonly job: BatchJob
  readonly task: Task
  readonly timers: Set<NodeJS.Timeout>
  cause: StopCause | undefined
  /** Why it was terminated. */
  why: string | undefined
}

interface Queue {
  readonly name: string
  readonly options: QueueOptions
  capacity: number
  /** Why its jobs do not start; reported only if there is no capacity. */
  stuckReason: string
  readonly waiting: BatchJob[]
  running: number
  headTimer: NodeJS.Timeout | undefined
  timedHead: BatchJob | undefined
}

/** Takes jobs through their states. It has a lifetime: `close` kills what runs. */
export class Scheduler {
  readonly #settings: SchedulerSettings
  readonly #queues = new Map<string, Queue>()
  readonly #runs = new Map<string, Run>()
  #isClosed = false

  constructor(settings: SchedulerSettings) {
    this.#settings = settings
    for (const [name, options] of settings.registry.queues) {
      this.#queues.set(name, {
        name,
        options,
        capacity: settings.executor ? (options.capacity ?? 4) : 0,
        stuckReason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
        waiting: [],
        running: 0,
        headTimer: undefined,
        timedHead: undefined
      })
    }
  }

  get runningCount(): number {
    return this.#runs.size
  }

  /** Lets a job that was just made wait for its turn. */
  enqueue(job: BatchJob): void {
    setImmediate(() => {
      if (this.#isClosed || isOver(job)) return
      this.#wait(job)
    })
  }

  setCapacity(queueName: string, capacity: number, stuckReason?: string): void {
    const queue = this.#queues.get(queueName)
    if (!queue) throw new Error(`There is no queue ${queueName}`)
    queue.capacity = capacity
    queue.stuckReason = stuckReason ?? queue.stuckReason
    this.#pump(queue)
  }

  /** TerminateJob: stops it wherever it is. */
  terminate(job: BatchJob, reason: string): void {
    if (isOver(job)) return
    const run = this.#runs.get(job.id)
    if (run) {
      job.isTerminated = true
      run.why ??= reason
      this.#stop(run, 'terminated')
    } else this.#cancelWaiting(job, reason)
  }

  /** CancelJob: silently nothing once it starts. */
  cancel(job: BatchJob, reason: string): void {
    if (!isOver(job) && !this.#runs.has(job.id)) this.#cancelWaiting(job, reason)
  }

  /** What the platform does to a job that runs. @throws when it does not run */
  strike(job: BatchJob, cause: 'spot' | 'memory' | 'kill' | 'timeout'): void {
    const run = this.#runs.get(job.id)
    if (!run) throw new Error(`Job ${job.id} does not run: it is ${job.status}`)
    this.#stop(run, cause)
  }

  /** Kills what runs and forgets what waits. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const queue of this.#queues.values()) clearTimeout(queue.headTimer)
    const runs = [...this.#runs.values()]
    for (const { task, timers } of runs) {
      for (const timer of timers) clearTimeout(timer)
      task.signal('SIGKILL')
    }
    await Promise.all(runs.map(({ task }) => task.ended))
  }

  #wait(job: BatchJob): void {
    const queue = this.#queues.get(job.queue)!
    queue.waiting.push(job)
    this.#setStatus(job, 'RUNNABLE')
    this.#pump(queue)
  }

  #pump(queue: Queue): void {
    while (!this.#isClosed && queue.waiting.length > 0 && queue.running < queue.capacity) {
      this.#start(queue, queue.waiting.shift()!)
    }
    this.#watchHead(queue)
  }

  /** Starts the timer of each job that reaches the head of a stuck queue. */
  #watchHead(queue: Queue): void {
    const head = queue.capacity === 0 ? queue.waiting[0] : undefined
    if (head === queue.timedHead) return
    clearTimeout(queue.headTimer)
    queue.timedHead = head
    if (!head || !this.#settings.executor) return
    head.statusReason = stuckText(queue.stuckReason)
    this.#settings.onEvent(queueBlockedEvent(this.#settings.registry, head))
    const action = queue.options.jobStateTimeLimitActions?.find(({ reason }) => reason === queue.stuckReason)
    if (!action) return
    queue.headTimer = setTimeout(
      () => this.#cancelWaiting(head, stuckText(queue.stuckReason)),
      action.maxTimeSeconds * this.#settings.secondMs
    )
  }

  #cancelWaiting(job: BatchJob, reason: string): void {
    const queue = this.#queues.get(job.queue)!
    const position = queue.waiting.indexOf(job)
    if (position >= 0) queue.waiting.splice(position, 1)
    job.isCancelled = true
    this.#finish(job, 'FAILED', reason)
    this.#pump(queue)
  }

  #start(queue: Queue, job: BatchJob): void {
    const attempt = job.attempts.length + 1
    const fault = this.#settings.attemptFaults.of(queue.name, attempt)
    job.statusReason = undefined
    this.#setStatus(job, 'STARTING')
    if (fault?.kind === 'cannot-pull-image') {
      const reason = `CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref ${job.image}: not found`
      setImmediate(() => {
        if (!this.#isClosed && !isOver(job)) this.#endAttempt(job, undefined, reason, 'Task failed to start', false)
      })
      return
    }
    const task = this.#settings.executor!({
      jobId: job.id,
      jobName: job.name,
      attempt,
      command: job.command,
      environment: {
        ...job.environment,
        AWS_BATCH_JOB_ID: job.id,
        AWS_BATCH_JOB_ATTEMPT: String(attempt),
        AWS_BATCH_JQ_NAME: queue.name,
        AWS_BATCH_CE_NAME: `${queue.name}-environment`
      }
    })
    const run: Run = { job, task, timers: new Set(), cause: undefined, why: undefined }
    this.#runs.set(job.id, run)
    queue.running++
    job.startedAt = this.#settings.registry.nowMs()
    this.#setStatus(job, 'RUNNING')
    if (job.timeoutSeconds !== undefined) {
      this.#later(run, job.timeoutSeconds * this.#settings.secondMs, () => this.#stop(run, 'timeout'))
    }
    if (fault) {
      const cause = ({ 'out-of-memory': 'memory', 'spot-interruption': 'spot', kill: 'kill' } as const)[fault.kind]
      this.#later(run, fault.afterMs, () => this.#stop(run, cause))
    }
    task.ended.then((exitCode) => this.#ended(queue, run, exitCode))
  }

  #later(run: Run, ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      run.timers.delete(timer)
      act()
    }, ms)
    run.timers.add(timer)
  }

  /** SIGTERM and, where it does not end in time, SIGKILL; the latter at once where nothing asks first. The first cause counts. */
  #stop(run: Run, cause: StopCause): void {
    if (run.cause !== undefined) return
    run.cause = cause
    if (cause === 'memory' || cause === 'kill') return run.task.signal('SIGKILL')
    run.task.signal('SIGTERM')
    this.#later(run, run.job.stopTimeoutSeconds * this.#settings.secondMs, () => run.task.signal('SIGKILL'))
  }

  #ended(queue: Queue, run: Run, exitCode: number): void {
    const { job, cause, timers } = run
    for (const timer of timers) clearTimeout(timer)
    this.#runs.delete(job.id)
    queue.running--
    if (this.#isClosed) return
    const reason = cause === 'memory' ? outOfMemoryReason : undefined
    const isFinal = cause === 'terminated' || cause === 'timeout'
    this.#endAttempt(job, exitCode, reason, statusReasonOf(run), isFinal)
    this.#pump(queue)
  }

  #endAttempt(
    job: BatchJob,
    exitCode: number | undefined,
    reason: string | undefined,
    statusReason: string,
    isFinal: boolean
  ): void {
    const stoppedAt = this.#settings.registry.nowMs()
    const attempt: Attempt = { exitCode, reason, statusReason, startedAt: job.startedAt, stoppedAt }
    job.attempts.push(attempt)
    if (exitCode === 0 && !isFinal) this.#finish(job, 'SUCCEEDED', statusReason)
    else if (!isFinal && isRetried(job.retryStrategy, job.attempts.length, attempt)) {
      job.startedAt = undefined
      this.#wait(job)
    } else this.#finish(job, 'FAILED', statusReason)
  }

  #finish(job: BatchJob, status: 'SUCCEEDED' | 'FAILED', statusReason: string): void {
    job.statusReason = statusReason
    job.stoppedAt = this.#settings.registry.nowMs()
    this.#setStatus(job, status)
  }

  #setStatus(job: BatchJob, status: JobStatus): void {
    job.status = status
    this.#settings.onEvent(jobEvent(this.#settings.registry, job))
  }
}

function statusReasonOf({ cause, why }: Run): string {
  if (cause === 'terminated') return why!
  if (cause === 'timeout') return timeoutReason
  return cause === 'spot' ? spotReason : exitedReason
}

function stuckText(reason: string): string {
  return reason.startsWith('CAPACITY:')
    ? `${reason} - Service cannot fulfill the capacity requested for instance type [FARGATE_SPOT]`
    : `${reason} - The job can't start until this is fixed`
}
