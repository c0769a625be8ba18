/** A figure that must stay below its bound. */
export interface Guard {
  readonly what: string
  readonly value: number
  readonly bound: number
  readonly unit: 'ms' | 'kB' | ''
  /** What the figure counts. */
  readonly examples?: readonly string[]
}

const mostExamples = 5

/** Whether a figure is below its bound; prints it if not. */
export function holds({ what, value, bound, unit, examples = [] }: Guard): boolean {
  if (value < bound) return true
  console.error(
    `FAILED ${what}: ${value.toFixed(0)} ${unit}, must be below ${bound} ${unit}`.replaceAll(/ (?=,|$)/g, '')
  )
  for (const example of examples.slice(0, mostExamples)) console.error(`  ${example}`)
  return false
}
