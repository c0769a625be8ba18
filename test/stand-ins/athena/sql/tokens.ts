/** A piece of SQL with a meaning; white space and comments lie between two. */
export interface Token {
  /** `name`: quoted or in backticks. `text`: a literal in single quotes. */
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'symbol'
  /** As it stands there, quotes and all. */
  readonly text: string
  readonly start: number
  readonly end: number
}

const pattern =
  /(?<space>\s+|--[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>'(?:[^']|'')*')|(?<name>"(?:[^"]|"")*"|`[^`]*`)|(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<symbol>->|<>|!=|<=|>=|\|\||=>|[^\s'"`])/gy

/** Literals as Hive has them: a backslash takes the next character along. */
const hivePattern = new RegExp(pattern.source.replace("'(?:[^']|'')*'", String.raw`'(?:[^'\\]|\\[\s\S])*'`), 'gy')

/** Takes SQL apart. @throws Error where a quote is not closed */
export function tokensOf(sql: string, dialect: 'trino' | 'hive' = 'trino'): Token[] {
  const tokens: Token[] = []
  const form = dialect === 'hive' ? hivePattern : pattern
  form.lastIndex = 0
  while (form.lastIndex < sql.length) {
    const start = form.lastIndex
    const found = form.exec(sql)
    if (!found) throw new Error(`line ${sql.slice(0, start).split('\n').length}: a quote is not closed`)
    const [kind, text] = Object.entries(found.groups!).find(([, value]) => value !== undefined)!
    if (kind !== 'space') tokens.push({ kind: kind as Token['kind'], text: text!, start, end: start + text!.length })
  }
  return tokens
}

/** Whether a token is one of some keywords, in any case. */
export const isWord = (token: Token | undefined, ...words: readonly string[]): boolean =>
  token?.kind === 'word' && words.includes(token.text.toUpperCase())

/** A table's or column's name without its quotes; Athena keeps names in small letters. */
export function nameOf({ kind, text }: Token): string {
  if (kind === 'word') return text.toLowerCase()
  const inner = text.slice(1, -1)
  return (text.startsWith('"') ? inner.replaceAll('""', '"') : inner).toLowerCase()
}
