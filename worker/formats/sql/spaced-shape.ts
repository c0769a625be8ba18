/*
 * The patterns that cut a line of values between single spaces, for RegExp and for Trino's SQL alike. Clients write
 * quotes into what they send, and some services store them as they are. So a line counts only if there is exactly one
 * way to cut it by its layout.
 */

/** `-` is always null; `-1`, which AWS uses for "not known" too, stays the number it is. */
export type FieldKind = 'string' | 'int' | 'bigint' | 'double' | 'address' | 'request'
/**
 * How a value may be quoted; without it the value has no quotes.
 * `free`: a client's text between quotes, which may hold quotes itself. `written`: the same, and its quotes are kept.
 * `quoted`: between quotes, and none inside. `loose`: with or without quotes.
 */
export type Quotes = 'free' | 'written' | 'quoted' | 'loose'
/** The fields of a line, in their order. */
export type Layout = readonly (readonly [name: string, kind: FieldKind, quotes?: Quotes])[]

/** Longer lines are not cut: AWS limits the request line to 16 KiB and all headers to 64 KiB. */
export const longestLine = 64 * 1024
/** With more quotes, lines that do not fit would cost too much time. */
export const mostQuotes = 64

/** A value and the space behind it. In brackets it may hold spaces. Each way to read it begins differently. */
const word = String.raw`\[[^\]"]*\](?: |\z)|\[[^\] "]*\][^ "]+(?: |\z)|[^ "\[][^ "]*(?: |\z)| `
/** A space may be missing behind a quote. */
const quotedWord = '"[^"]*" ?'
const missing = String.raw`-(?: |\z)`

/** The values of a line that fits, or of one that was marked: there, line ends stand around free texts. */
export const pieces = String.raw`\n[^\n]*\n ?|${quotedWord}|${word}`

export interface SpacedShape {
  /** A line with no quote but those around values. It may be shorter than the layout, or longer. */
  readonly plain: string
  /** Other lines: each free text as short as can be, and as long as can be. If both agree, there is one way. */
  readonly shortest: string
  readonly longest: string
  /** What either becomes, as parts of a replacement: between them stands a line end. */
  readonly marked: readonly string[]
  /** What stands before the first free text, as the first group: it is right in every line. */
  readonly head: string
}

export interface ShapeSettings {
  readonly layout: Layout
  /** Lines with fewer values are cut only where no text holds a quote. */
  readonly leastValues: number
  /** Whether a quote behind a backslash is a part of its text; true when left out. */
  readonly hasEscapes?: boolean
}

export function spacedShape({ layout, leastValues, hasEscapes = true }: ShapeSettings): SpacedShape {
  const free = [...layout.keys()].filter((index) => isFree(layout[index]![2]))
  const head = String.raw`\A((?:${word}){${free[0]}})"`
  const rest = layout.slice(free.at(-1)! + 1)
  const least = leastValues - (layout.length - rest.length)
  const tail = String.raw`((?: ${fieldsPattern(rest, least, endsInQuotes(layout))})${least > 0 ? '' : '?'}) ?\z`
  const [short, long] = hasEscapes ? [String.raw`((?:.*?[^\\])??)`, String.raw`((?:.*[^\\])?)`] : ['(.*?)', '(.*)']
  const whole = (text: string): string => {
    const texts = free.map((index, at) => {
      const between = at === 0 ? '' : `" ((?:[^ "]+ ){${index - free[at - 1]! - 1}})"`
      return `${between}${text}`
    })
    return `(?s)${head}${texts.join('')}"${tail}`
  }
  return {
    plain: String.raw`\A${fieldsPattern(layout, 1, endsInQuotes(layout))}\z`,
    shortest: whole(short),
    longest: whole(long),
    marked: markedParts(layout, free),
    head
  }
}

/** As many fields as there are. */
function fieldsPattern(layout: Layout, least: number, mayQuoteMore: boolean): string {
  const more = `(?:${mayQuoteMore ? `${quotedWord}|${word}` : word})*`
  return layout.reduceRight(
    (behind, [, , quotes], index) => `(?:${fieldPattern(quotes)}${behind})${index < Math.max(least, 1) ? '' : '?'}`,
    more
  )
}

function fieldPattern(quotes: Quotes | undefined): string {
  if (quotes === undefined) return `(?:${word})`
  return `(?:${quotedWord}|${quotes === 'free' || quotes === 'quoted' ? missing : word})`
}

/** `$1`, line end, `$2`, line end, ` $3` and so on. */
function markedParts(layout: Layout, free: readonly number[]): string[] {
  const texts = free.flatMap((index, at) => {
    const group = 2 + 2 * at
    const text = layout[index]![2] === 'written' ? `"$${group}"` : `$${group}`
    return [text, at === free.length - 1 ? `$${group + 1}` : ` $${group + 1}`]
  })
  return ['$1', ...texts]
}

const isFree = (quotes: Quotes | undefined): boolean => quotes === 'free' || quotes === 'written'

/** Fields that are appended later may be quoted where the last known one is. */
const endsInQuotes = (layout: Layout): boolean => layout.at(-1)![2] !== undefined
