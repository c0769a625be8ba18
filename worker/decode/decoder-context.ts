import { createInflater } from './choose-inflater.ts'
import type { DecoderContext } from './decoder.ts'
import type { Inflater, InflaterChoice, InflaterName } from './inflater.ts'

/** A context with a pool of inflaters. Each of them holds 512 KiB and more, so they are reused for the next objects. */
export interface PooledContext extends DecoderContext {
  close(): void
}

/** The context of one thread. Copies of it share the pool, and can decode one object each. */
export function createDecoderContext(choice: InflaterChoice): PooledContext {
  const free = new Map<InflaterName, Inflater[]>([
    [choice.fast, []],
    [choice.reference, []]
  ])
  return {
    takeInflater: (isReference) => {
      const name = isReference ? choice.reference : choice.fast
      return free.get(name)!.pop() ?? createInflater(name)
    },
    giveBack: (inflater) => free.get(inflater.name)!.push(inflater),
    isSecondReading: false,
    isCareful: false,
    maxDecodedBytes: Number.POSITIVE_INFINITY,
    close: () => {
      for (const inflater of [...free.values()].flat()) inflater.close()
    }
  }
}
