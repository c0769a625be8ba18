import { KeySort } from '../../worker/athena/key-sort.ts'
import { noTime } from '../../worker/athena/sorted-line.ts'

/*
 * Adds so many lines of ten thousand objects in no order, reads them back, and prints what came of it as JSON. Eight
 * lines share a time, and one in a hundred has none.
 */

const wanted = Number(process.argv[2])
const numberLength = 8
const line = Buffer.from(
  `${JSON.stringify({ number: ' '.repeat(numberLength), clientId: 'THING00001', text: 'abcdefgh'.repeat(16) })}\n`
)
const numberAt = line.indexOf(' '.repeat(numberLength))
const timeOf = (number: number): number => (number % 100 === 0 ? noTime : Math.floor(number / 8))
/** In no order, each once: the factor shares no divisor with powers of ten. */
const numberAtRandom = (count: number): number => (count * 7_368_787) % wanted

using sort = new KeySort()
for (let count = 0; count < wanted; count++) {
  const number = numberAtRandom(count)
  line.write(`${number}`.padStart(numberLength), numberAt)
  const object = `${Math.imul(number, 2_654_435_761) >>> 0}`.slice(-4).padStart(5, '0')
  sort.add(`telemetry/2023/10/01/00/object-${object}.gz`, timeOf(number), line)
}

let lastKey = ''
let lastNumber = -1
let isOrdered = true
let lines = 0
for (const { key, lines: bytes } of sort.sorted()) {
  if (key < lastKey) isOrdered = false
  if (key !== lastKey) lastNumber = -1
  lastKey = key
  for (let at = 0; at < bytes.length; at += line.length) {
    const number = Number(bytes.toString('latin1', at + numberAt, at + numberAt + numberLength))
    if (lastNumber >= 0 && !isBefore(lastNumber, number)) isOrdered = false
    lastNumber = number
    lines++
  }
}
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024)
process.stdout.write(JSON.stringify({ lines, isOrdered, peakMiB }))

/** Numbers are of one length, so their order is that of the bytes. */
function isBefore(a: number, b: number): boolean {
  return timeOf(a) < timeOf(b) || (timeOf(a) === timeOf(b) && a < b)
}
