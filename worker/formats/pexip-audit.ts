import type { FieldValue } from './format.ts'

/*
 * The Linux audit daemon's `key=value` pairs. A value stands in double quotes, in apostrophes, or ends at a space; what
 * stands in apostrophes behind `msg=` is pairs again.
 */

/** A line of more pairs and words is no log line; the rest of it is kept as one text. */
const maxPairs = 512
const pairStart = /([A-Za-z0-9_-]+)=/y
/** Behind a value: the end, or the next key. */
const valueFollows = /(?:\s+[A-Za-z0-9_-]+=|\s*$)/y

/** Keys whose values are whole numbers, of all classes. */
export const auditNumbers: ReadonlySet<string> = new Set([
  'pid',
  'ppid',
  'uid',
  'auid',
  'gid',
  'euid',
  'suid',
  'fsuid',
  'egid',
  'sgid',
  'fsgid',
  'ses',
  'ino',
  'inode',
  'permissive',
  'argc',
  'ouid',
  'ogid',
  'mode',
  'entries',
  'opid',
  'oauid',
  'oses',
  'item',
  'items',
  'syscall',
  'exit'
])

/** Reads what stands behind the type: `msg` is the event, `submsg` the pairs that user space added. */
export function readAuditMessage(details: string): Record<string, FieldValue> {
  const entries: [string, FieldValue][] = []
  const words: string[] = []
  for (let at = 0; at < details.length; ) {
    if (details[at] === ' ') {
      at++
      continue
    }
    if (entries.length + words.length === maxPairs) {
      words.push(details.slice(at))
      break
    }
    pairStart.lastIndex = at
    const start = pairStart.exec(details)
    if (!start) {
      const end = endOfWord(details, at)
      words.push(details.slice(at, end))
      at = end
      continue
    }
    const from = pairStart.lastIndex
    const mark = details[from]
    const isQuoted = mark === '"' || mark === "'"
    const end = isQuoted ? closingMark(details, from + 1, mark) : endOfWord(details, from)
    entries.push(readPair(start[1]!.replaceAll('-', '_'), details.slice(isQuoted ? from + 1 : from, end), mark === "'"))
    at = isQuoted ? end + 1 : end
  }
  if (words.length > 0) entries.push(['extra', words])
  return Object.fromEntries(entries)
}

function readPair(key: string, value: string, isNested: boolean): [string, FieldValue] {
  if (key === 'msg' && isNested) return ['submsg', readAuditMessage(value)]
  if (key === 'msg') return [key, value.endsWith(':') ? value.slice(0, -1) : value]
  return [key, auditNumbers.has(key) && /^-?\d{1,15}$/.test(value) ? Number(value) : value]
}

function endOfWord(text: string, from: number): number {
  const end = text.indexOf(' ', from)
  return end < 0 ? text.length : end
}

/** The mark that closes a value: names hold such marks too, so it is one behind which the next key or the end stands. */
function closingMark(text: string, from: number, mark: string): number {
  if (mark === "'") {
    // What stands in apostrophes is pairs itself, so only the last one closes it.
    const last = text.lastIndexOf(mark)
    return last >= from ? last : text.length
  }
  for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + 1)) {
    valueFollows.lastIndex = at + 1
    if (valueFollows.test(text)) return at
  }
  return text.length
}
