import type { QueuedMessage, SqsServer } from './server.ts'

/** What a function of a queue answers with. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[]
}

export interface EventSourceOptions {
  readonly server: SqsServer
  readonly queue: string
  /** Where messages go that were received too often. */
  readonly deadLetterQueue: string
  readonly maxReceives: number
  readonly batchSize: number
  /** The visibility time-out. */
  readonly hiddenMs: number
  /** Runs the function; fails as a function fails. */
  readonly invoke: (event: object) => Promise<unknown>
}

/** The event that a mapping makes of messages. */
export function queueEvent(messages: readonly QueuedMessage[]): object {
  return {
    Records: messages.map(({ id, body, receives }) => ({
      messageId: id,
      receiptHandle: `handle ${id}`,
      body,
      attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: '1696118400000' },
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:ap-northeast-1:111111111111:forward',
      awsRegion: 'ap-northeast-1'
    }))
  }
}

/**
 * The mapping of a queue to a function, one invocation at a time, until the queue is empty. Gives the number of
 * invocations. A function that fails, or dies, leaves its messages to be delivered again.
 */
export async function drainQueue(options: EventSourceOptions): Promise<number> {
  const { server, queue, deadLetterQueue, maxReceives, batchSize, hiddenMs, invoke } = options
  for (let invocations = 0; ; ) {
    const messages: QueuedMessage[] = []
    for (const message of server.receive(queue, batchSize, hiddenMs)) {
      if (message.receives <= maxReceives) messages.push(message)
      else {
        server.delete(queue, message.id)
        server.put(deadLetterQueue, message.body)
      }
    }
    if (messages.length === 0) {
      const waiting = server.messages(queue)
      if (waiting.length === 0) return invocations
      const nextMs = Math.min(...waiting.map(({ hiddenUntilMs }) => hiddenUntilMs)) - performance.now()
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, nextMs)))
      continue
    }
    invocations++
    const failed = await invoke(queueEvent(messages)).then(failuresOf, () => undefined)
    for (const { id } of messages) if (failed && !failed.has(id)) server.delete(queue, id)
  }
}

/** An answer that is no such list means that all went well, as for Lambda. */
function failuresOf(answer: unknown): Set<string> {
  const { batchItemFailures = [] } = (answer ?? {}) as Partial<BatchAnswer>
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
}
