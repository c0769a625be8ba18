import { createInflater } from './choose-inflater.ts'
import type { DecoderContext } from './decoder.ts'
import type { Inflater, InflaterChoice, InflaterName } from './inflater.ts'

/** The inflaters of one thread, kept for the next object: each holds 512 KiB and more. */
export interface InflaterPool extends Pick<DecoderContext, 'takeInflater' | 'giveBack'> {
  close(): void
}

export function createInflaterPool(choice: InflaterChoice): InflaterPool {
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
    close: () => {
      for (const inflater of [...free.values()].flat()) inflater.close()
    }
  }
}
