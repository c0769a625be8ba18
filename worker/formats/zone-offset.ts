import { formatOf } from '../contract/time-zone.ts'

/*
 * What a local time of an IANA zone is behind or ahead of UTC. Pure: Node has the zones itself.
 */

/** Offsets change on the quarter of an hour, so the offset of one moment holds for its quarter. */
const quarterMs = 15 * 60_000
const hourMs = 4 * quarterMs
const mostOffsets = 1000

interface Zone {
  readonly format: Intl.DateTimeFormat
  /** The offsets of the quarters that were looked up last: times of a log follow one another. */
  readonly offsets: Map<number, number>
}

const zones = new Map<string, Zone>()

/**
 * What to take from a local time (as if it were UTC, in ms) to get UTC. A local time that a clock shows twice is the first
 * of both; one that it skips is read with the offset before the change.
 */
export function zoneOffsetMs(localMs: number, timeZone: string): number {
  const zone = zoneOf(timeZone)
  // The change, if there is one, lies within a day of the local time, and no offset is larger than that.
  const before = offsetAt(zone, localMs - 24 * hourMs)
  if (offsetAt(zone, localMs - before) === before) return before
  const after = offsetAt(zone, localMs + 24 * hourMs)
  return offsetAt(zone, localMs - after) === after ? after : before
}

function offsetAt(zone: Zone, timeMs: number): number {
  const quarter = Math.floor(timeMs / quarterMs)
  const known = zone.offsets.get(quarter)
  if (known !== undefined) return known
  const parts = zone.format.formatToParts(quarter * quarterMs)
  const { year, month, day, hour, minute } = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]))
  const offsetMs = Date.UTC(year!, month! - 1, day, hour, minute) - quarter * quarterMs
  if (zone.offsets.size >= mostOffsets) zone.offsets.clear()
  zone.offsets.set(quarter, offsetMs)
  return offsetMs
}

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone)
  if (known) return known
  const zone = { format: formatOf(timeZone), offsets: new Map<number, number>() }
  zones.set(timeZone, zone)
  return zone
}
