/*
 * The options of a request, typed as `key=value`. A row is all that the request language, the help, the stored request,
 * the words that repeat a request, and Slack's form know of an option. The code that follows an option reads its value
 * from the request.
 */

/** One option. */
export interface RequestOption {
  readonly key: string
  /** The values, each with its label in Slack's form. The first one is the default. Each starts with a letter. */
  readonly values: Readonly<Record<string, string>>
  /** What the values mean, in help texts. */
  readonly help: string
  /** The label of the option in Slack's form. */
  readonly label: string
}

const rows = [
  {
    /** How identifiers are compared: `grep -F`, or `grep -F -w` in the C locale. */
    key: 'match',
    values: { text: 'contains the text', word: 'whole words only' },
    help: 'text: contains the text anywhere; word: whole words only, so THING0000 does not find THING00001',
    label: 'Match'
  },
  {
    /** `ignore` is what `grep -i` adds in the C locale: ASCII letters only. */
    key: 'case',
    values: { exact: 'exact', ignore: 'ignored' },
    help: 'ignore: ASCII letters match in either case',
    label: 'Case'
  },
  {
    /** What reads the logs: with `auto`, `worker/model/engine.ts` decides. */
    key: 'engine',
    values: { auto: 'automatic', scan: 'scan', athena: 'Athena' },
    help: 'auto: Athena if a scan would take too long; scan or athena: always that engine',
    label: 'Engine'
  },
  {
    /** How a kept record is written: with `auto`, the category's format decides. */
    key: 'format',
    values: {
      auto: 'usual for the category',
      raw: 'as stored',
      text: 'a readable line each',
      json: 'a JSON object each'
    },
    help: 'raw: records as stored; text: a readable line each; json: an object each',
    label: 'Format'
  },
  {
    /** What the window limits: the arrival of objects, by their keys, or the records' own times. */
    key: 'window',
    values: { key: 'by arrival', event: 'by the time in each record' },
    help: 'key: by arrival; event: by record time, reading also the prefix before and lookaheadHours after',
    label: 'Window'
  }
] as const satisfies readonly RequestOption[]

export const requestOptions: readonly RequestOption[] = rows

type Row = (typeof rows)[number]
/** A value for every option. */
export type RequestOptions = {
  readonly [Key in Row['key']]: keyof Extract<Row, { readonly key: Key }>['values']
}

/** The values of an option, the default first. */
export const valuesOf = ({ values }: RequestOption): readonly string[] => Object.keys(values)
export const defaultOf = (option: RequestOption): string => valuesOf(option)[0]!

/** The options as they are typed, with a value for each. */
export function typedOptions(options: RequestOptions): string[] {
  const chosen: Readonly<Record<string, string>> = options
  return requestOptions
    .filter((option) => chosen[option.key] !== defaultOf(option))
    .map(({ key }) => `${key}=${chosen[key]}`)
}
