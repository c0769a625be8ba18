import type { LookedIn } from '../contract/looked.ts'
import { formatCount, formatNumber } from '../contract/units.ts'

/** Where an export looked in one category: a line on its prefixes, and one on what else there is. */
export function lookedLines(looked: LookedIn): string[] {
  const { category, naming = [] } = looked
  if (naming.length === 0) return placeLines(looked)
  const text = `keys contain the identifier, but their records do not: ${naming.join(', ')}`
  const hint = 'if the key names the device, write {identifier} in the layout'
  return [...placeLines(looked), `${category}: ${text} (${hint})`]
}

function placeLines({ category, prefixes, withObjects, missing, newest, nearest }: LookedIn): string[] {
  const listed = formatCount(prefixes, 'prefix').replace(/xs$/, 'xes')
  const without = prefixes - withObjects
  if (withObjects > 0) {
    if (without === 0) return [`${category}: objects under each of ${listed}`]
    return [`${category}: no objects under ${formatNumber(without)} of ${listed}: ${shortList(missing, without)}`]
  }
  return [
    `${category}: no objects under ${listed}: ${shortList(missing, without)}`,
    ...otherPlaces(category, newest, nearest)
  ]
}

function otherPlaces(category: string, newest: LookedIn['newest'], nearest: readonly string[]): string[] {
  if (newest) return [`${category}: the newest day with objects is ${newest.day}: ${newest.prefix}`]
  if (nearest.length > 0) return [`${category}: no key has the form of the layout; other keys: ${nearest.join(', ')}`]
  return []
}

function shortList(named: readonly string[], count: number): string {
  return named.join(', ') + (count > named.length ? ', …' : '')
}
