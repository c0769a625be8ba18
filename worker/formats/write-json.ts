/** A value as JSON, or undefined when it is nested deeper than the stack: JSON.stringify is recursive, JSON.parse is not. */
export function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
