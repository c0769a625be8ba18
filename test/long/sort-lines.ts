import { KeySort } from '../../worker/athena/key-sort.ts'

/*
 * Adds so many lines of ten thousand objects in no order, reads them back, and prints what came of it as JSON.
 */

const objects = 10_000
const wanted = Number(process.argv[2])
const line = Buffer.from(
  `${JSON.stringify({ clientId: 'THING00001', number: '        ', text: 'abcdefgh'.repeat(16) })}\n`
)
const numberAt = line.indexOf('        ')

using sort = new KeySort()
let state = 1
for (let number = 0; number < wanted; number++) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
  line.write(`${number}`.padStart(8), numberAt)
  sort.add(`telemetry/2023/10/01/00/object-${`${(state >>> 10) % objects}`.padStart(5, '0')}.gz`, line)
}

let lastKey = ''
let lastNumber = -1
let isOrdered = true
let lines = 0
let carried = Buffer.alloc(0)
for (const { key, lines: bytes } of sort.sorted()) {
  if (key < lastKey) isOrdered = false
  if (key !== lastKey) lastNumber = -1
  lastKey = key
  const text = carried.length > 0 ? Buffer.concat([carried, bytes]) : bytes
  const whole = text.length - (text.length % line.length)
  for (let at = 0; at < whole; at += line.length) {
    const number = Number(text.toString('latin1', at + numberAt, at + numberAt + 8))
    if (number <= lastNumber) isOrdered = false
    lastNumber = number
    lines++
  }
  carried = Buffer.from(text.subarray(whole))
}
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024)
process.stdout.write(JSON.stringify({ lines, isOrdered, peakMiB }))
