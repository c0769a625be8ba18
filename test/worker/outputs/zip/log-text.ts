import { createFleet } from '../../../../bench/corpus/fleet.ts'
import { telemetryLine } from '../../../../bench/corpus/messages.ts'
import { createRandom } from '../../../../bench/corpus/random.ts'

/** So many bytes of telemetry; the last line may be cut. */
export function logText(bytes: number): Buffer {
  const random = createRandom(1)
  const fleet = createFleet(50)
  const timeMs = Date.UTC(2023, 9, 1)
  const lines: string[] = []
  for (let length = 0; length < bytes; length += lines.at(-1)!.length) {
    lines.push(`${telemetryLine(random, random.pick(fleet), timeMs + lines.length)}\n`)
  }
  return Buffer.from(lines.join('')).subarray(0, bytes)
}

/** Bytes that deflate can't make smaller. */
export function incompressible(bytes: number): Buffer {
  const random = createRandom(1)
  return Buffer.from(Uint8Array.from({ length: bytes }, () => random.below(256)))
}
