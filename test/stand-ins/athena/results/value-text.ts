import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue
} from '@duckdb/node-api'

/** A value as Athena writes it into results; null is NULL. */
export function textOfValue(value: DuckDBValue, isDouble = false): string | null {
  if (value === null) return null
  if (typeof value === 'string') return value
  if (typeof value === 'number') return isDouble ? doubleText(value) : String(value)
  if (value instanceof DuckDBTimestampTZValue) return `${timeText(value.micros)} UTC`
  if (value instanceof DuckDBTimestampValue) return timeText(value.micros)
  if (value instanceof DuckDBTimestampMillisecondsValue) return timeText(value.millis * 1000n)
  if (value instanceof DuckDBListValue) return `[${value.items.map(inner).join(', ')}]`
  if (value instanceof DuckDBMapValue) {
    return `{${value.entries.map(({ key, value: one }) => `${inner(key)}=${inner(one)}`).join(', ')}}`
  }
  if (value instanceof DuckDBStructValue) {
    return `{${Object.entries(value.entries)
      .map(([name, one]) => (name === '' ? inner(one) : `${name}=${inner(one)}`))
      .join(', ')}}`
  }
  if (value instanceof DuckDBBlobValue)
    return [...value.bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  if (value instanceof DuckDBDecimalValue || value instanceof DuckDBDateValue) return value.toString()
  return String(value)
}

const inner = (value: DuckDBValue): string => textOfValue(value) ?? 'null'

/** As Java writes a double: `1.0`, `1.0E7`, `1.0E-4`. */
function doubleText(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [digits, exponent] = value.toExponential().split('e')
    return `${digits!.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`
  }
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

/** `2023-10-01 00:00:00.000` */
const timeText = (micros: bigint): string =>
  new Date(Number(micros / 1000n)).toISOString().replace('T', ' ').replace('Z', '')
