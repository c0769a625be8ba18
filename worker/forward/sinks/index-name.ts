import { hourMs } from '../../contract/window.ts'

/** All time zones change their offsets at a quarter of an hour, so the day of one quarter is the same. */
const quarterMs = hourMs / 4
const keptNames = 1_000

/** Gives the index of a record by the day of a time in the time zone. The template is that of `sinks.<name>.index`. */
export function createIndexNames(template: string, timeZone: string): (category: string, timeMs: number) => string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit'
  })
  const names = new Map<string, string>()
  return (category, timeMs) => {
    const quarter = Math.floor(timeMs / quarterMs)
    const known = names.get(`${quarter} ${category}`)
    if (known !== undefined) return known
    const parts = Object.fromEntries(format.formatToParts(quarter * quarterMs).map(({ type, value }) => [type, value]))
    const values: Record<string, string> = {
      category,
      yyyy: parts.year!.padStart(4, '0'),
      MM: parts.month!,
      dd: parts.day!
    }
    const name = template.replace(/\{(\w+)\}/g, (_, key: string) => values[key]!)
    if (names.size >= keptNames) names.clear()
    names.set(`${quarter} ${category}`, name)
    return name
  }
}

/** The pattern of all indexes of a category: `iot-telemetry-*`. Also the index pattern of Kibana and Dashboards. */
export function indexPatternOf(template: string, category: string): string {
  return template
    .replace('{category}', category)
    .replace(/\{\w+\}/g, '*')
    .replace(/\*[*._+-]*\*/g, '*')
}
