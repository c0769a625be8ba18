import { type ParseArgsConfig, parseArgs } from 'node:util'

type Described = NonNullable<ParseArgsConfig['options']>
type Values<Some extends Described> = ReturnType<typeof parseArgs<{ options: Some }>>['values']

/** The options of a bench as they were given. What is wrong with one ends the process with 2. */
export interface Options<Some extends Described> {
  readonly values: Values<Some>
  /** The number that an option gives, of at least `least`. */
  readonly numberOf: (name: keyof Values<Some> & string, least: number) => number
  /** The names that an option gives, with commas between them: some of `known`. */
  readonly namesOf: <Name extends string>(name: keyof Values<Some> & string, known: readonly Name[]) => readonly Name[]
}

/** Reads the options of a bench. Ends the process with 0 after `--help`, and with 2 when one is given that there is not. */
export function readOptions<const Some extends Described>(usage: string, described: Some): Options<Some> {
  const refuse = (problem: string): never => {
    console.error(`${problem}\n\n${usage}`)
    process.exit(2)
  }
  const values = parse(described, refuse)
  if ('help' in values) {
    console.log(usage)
    process.exit()
  }
  const textOf = (name: keyof Values<Some>): string => String(values[name])
  return {
    values,
    numberOf: (name, least) => {
      const value = Number(textOf(name) || Number.NaN)
      return value >= least && Number.isFinite(value)
        ? value
        : refuse(`--${name} needs ${least} or more: ${textOf(name)}`)
    },
    namesOf: (name, known) => {
      const unknown = textOf(name)
        .split(',')
        .find((one) => !known.some((other) => other === one))
      if (unknown !== undefined) refuse(`--${name} takes ${known.join(', ')}: ${unknown}`)
      return known.filter((one) => textOf(name).split(',').includes(one))
    }
  }
}

function parse<Some extends Described>(described: Some, refuse: (problem: string) => never): Values<Some> {
  try {
    const help = { type: 'boolean', short: 'h' } as const
    return parseArgs({ allowNegative: true, options: { ...described, help } }).values as Values<Some>
  } catch (error) {
    return refuse((error as Error).message)
  }
}
