import { compareKeys } from '../contract/key-order.ts'
import { type CountedWarning, mostNames } from '../contract/warning.ts'
import type { MatchSpec } from '../match/matcher.ts'

const shownNames = 5

/**
 * The warning of several devices, with their number and the first names. None if the matching lines are about one device,
 * or only about devices that were asked for by their full names.
 */
export function severalDevices(warning: CountedWarning, spec: MatchSpec): CountedWarning[] {
  const fold = (text: string): string => (spec.case === 'ignore' ? text.toLowerCase() : text)
  const asked = new Set(spec.identifiers.map(fold))
  const all = new Map((warning.names ?? []).map((name) => [fold(name), name]))
  // `device:A-1` and `A-1:8883` are `A-1` with a label or a port, once a line has it alone.
  const isLabelled = (name: string): boolean =>
    name.split(':').length > 1 && name.split(':').some((part) => asked.has(part) && all.has(part))
  const names = [...all.keys()].filter((name) => !isLabelled(name))
  if (names.length < 2 || names.every((name) => asked.has(name))) return []
  const shown = names
    .map((name) => all.get(name)!)
    .sort(compareKeys)
    .slice(0, shownNames)
  const more = names.length - shown.length
  const least = all.size === mostNames ? 'at least ' : ''
  return [
    { ...warning, count: names.length, hint: `${least}${names.length} devices: ${shown.join(', ')}${moreText(more)}` }
  ]
}

const moreText = (more: number): string => (more > 0 ? ` and ${more} more` : '')
