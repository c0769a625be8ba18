import { parseArgs } from 'node:util'
import type { Problem } from '../contract/errors.ts'
import { nearest } from '../contract/nearest.ts'

/** One flag of a command. Without `value` it is a switch. */
export interface FlagSpec {
  /** The name of the value in help: `FILE`. */
  readonly value?: string
  /** The flag can be given without its value, as a switch. */
  readonly isOptional?: boolean
  readonly short?: string
  readonly help: string
}

/** What was typed: the flags that were given and the other words, in order. */
export interface TypedArguments {
  readonly switches: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
  readonly words: readonly string[]
  /** Every flag that is unknown, lacks its value, or has a value it does not take. */
  readonly problems: readonly Problem[]
}

/** Splits a command line into flags and words; after `--` everything is a word. */
export function parseFlags(argv: readonly string[], specs: Readonly<Record<string, FlagSpec>>): TypedArguments {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      const type = spec.value === undefined ? ('boolean' as const) : ('string' as const)
      return [name, spec.short === undefined ? { type } : { type, short: spec.short }]
    })
  )
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true })
  const switches = new Set<string>()
  const values = new Map<string, string>()
  const words: string[] = []
  const problems: Problem[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined
    const problem = problemOf(token, spec, Object.keys(specs))
    if (problem !== undefined) problems.push({ subject: token.rawName, text: problem })
    else if (token.value === undefined) switches.add(token.name)
    else values.set(token.name, token.value)
  }
  return { switches, values, words, problems }
}

function problemOf(
  {
    rawName: typed,
    value,
    inlineValue
  }: { rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
  spec: FlagSpec | undefined,
  names: readonly string[]
): string | undefined {
  if (!spec) {
    const near = nearest(typed.replace(/^-+/, ''), names)
    const hint =
      near === undefined ? `the flags are ${names.map((name) => `--${name}`).join(', ')}` : `did you mean --${near}?`
    return `${typed} is not a flag: ${hint} (put -- before a word that begins with -)`
  }
  if (spec.isOptional && value === undefined) return undefined
  if (spec.value !== undefined && (value === undefined || value === ''))
    return `${typed} needs a value: ${typed} ${spec.value}`
  if (spec.value !== undefined && value === '-')
    return `${typed} -: standard input and output are not supported; name a ${spec.value}`
  if (spec.value !== undefined && inlineValue === false && value?.startsWith('-')) {
    return `${typed} needs a value, but ${value} looks like a flag: if it is the value, write ${typed}=${value}`
  }
  if (spec.value === undefined && value !== undefined) return `${typed} takes no value`
  return undefined
}
