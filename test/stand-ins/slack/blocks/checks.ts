/*
 * A small language for the shapes of Block Kit. A check collects every problem, each with its JSON pointer, in the
 * words of Slack's `response_metadata.messages`.
 */

/** Looks at a value and reports what is wrong with it. */
export type Check = (value: unknown, at: string, report: Report) => void
export type Report = (problem: string, at: string) => void

export interface Field {
  readonly check: Check
  readonly isRequired: boolean
}

export const required = (check: Check): Field => ({ check, isRequired: true })
export const optional = (check: Check): Field => ({ check, isRequired: false })

export function text(maxLength: number, minLength = 1): Check {
  return (value, at, report) => {
    if (typeof value !== 'string') return report('must provide a string', at)
    if (value.length < minLength) report(`must be more than ${minLength - 1} characters`, at)
    if (value.length > maxLength) report(`must be less than ${maxLength + 1} characters`, at)
  }
}

export function matching(pattern: RegExp, problem: string, maxLength = 3000): Check {
  const isText = text(maxLength)
  return (value, at, report) => {
    isText(value, at, report)
    if (typeof value === 'string' && !pattern.test(value)) report(problem, at)
  }
}

export const flag: Check = (value, at, report) => {
  if (typeof value !== 'boolean') report('must be a boolean', at)
}

export function integer(minimum: number, maximum: number): Check {
  return (value, at, report) => {
    if (!Number.isInteger(value)) return report('must be an integer', at)
    if ((value as number) < minimum) report(`must be greater than or equal to ${minimum}`, at)
    if ((value as number) > maximum) report(`must be less than or equal to ${maximum}`, at)
  }
}

export function oneOf(...values: readonly string[]): Check {
  return (value, at, report) => {
    if (!values.includes(value as string)) report(`must be one of: ${values.join(', ')}`, at)
  }
}

export function list(check: Check, maximum: number, minimum = 1): Check {
  return (value, at, report) => {
    if (!Array.isArray(value)) return report('must provide an array', at)
    if (value.length < minimum) report(`no fewer than ${minimum} items allowed`, at)
    if (value.length > maximum) report(`no more than ${maximum} items allowed`, at)
    value.forEach((one, position) => {
      check(one, `${at}/${position}`, report)
    })
  }
}

/** An object of just these fields; `type` is allowed and looked at elsewhere. */
export function shape(fields: Readonly<Record<string, Field>>): Check {
  return (value, at, report) => {
    if (!isRecord(value)) return report('must be an object', at)
    for (const [name, { check, isRequired }] of Object.entries(fields)) {
      if (value[name] !== undefined) check(value[name], `${at}/${name}`, report)
      else if (isRequired) report(`missing required field: ${name}`, at)
    }
    for (const name of Object.keys(value)) {
      if (name !== 'type' && fields[name] === undefined) report(`invalid additional property: ${name}`, at)
    }
  }
}

/** An object whose `type` says which shape it has. */
export function byType(checks: Readonly<Record<string, Check>>): Check {
  return (value, at, report) => {
    if (!isRecord(value)) return report('must be an object', at)
    const { type } = value
    if (typeof type !== 'string') return report('missing required field: type', at)
    const check = Object.hasOwn(checks, type) ? checks[type] : undefined
    if (check) check(value, at, report)
    else report(`unsupported type: ${type}`, `${at}/type`)
  }
}

export function all(...checks: readonly Check[]): Check {
  return (value, at, report) => {
    for (const check of checks) check(value, at, report)
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
