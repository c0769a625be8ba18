import { macroNames, renamed } from './macros.ts'
import { timeFormats } from './time-formats.ts'
import { isWord, type Token, tokensOf } from './tokens.ts'

/*
 * Rewrites SQL where Trino and DuckDB differ and a macro can't help: functions that differ get other names, and `*`
 * leaves hidden columns out.
 *
 * Limits: a hidden column must get another name before `SELECT *` of what has it (`"$path" AS path`), and a row of VALUES
 * without parentheses is one token.
 */

/** Trino's SQL as DuckDB takes it. */
export function toDuckDb(sql: string): string {
  const tokens = tokensOf(sql)
  let text = ''
  let at = 0
  tokens.forEach((token, index) => {
    const changed = replacement(tokens, index)
    if (changed === undefined) return
    text += sql.slice(at, token.start) + changed
    at = token.end
  })
  return text + sql.slice(at)
}

function replacement(tokens: readonly Token[], index: number): string | undefined {
  const token = tokens[index]!
  const [before, after] = [tokens[index - 1], tokens[index + 1]]
  const ofArray = [0, 1, 3].find((place) => isArrayType(tokens, index - place))
  if (ofArray !== undefined) return ofArray === 3 ? '[]' : ''
  if (token.kind === 'word') {
    // After a parenthesis it is the clause FILTER (WHERE …).
    if (after?.text === '(' && before?.text !== '.' && before?.text !== ')') return calledAs(token.text.toLowerCase())
    return isWord(before, 'AS') ? types[token.text.toLowerCase()] : undefined
  }
  if (token.kind === 'text' && after?.text === ')') return formatIn(tokens, index)
  if (token.text === '(' && isWord(before, 'APPROX_DISTINCT')) return '(DISTINCT '
  if (token.text === '*' && isSelected(before) && (before?.text === '.' || endsItem(after))) return "* NOT LIKE '$%'"
  return undefined
}

/** `array(json)` after AS in a CAST, which DuckDB writes `json[]`. */
const isArrayType = (tokens: readonly Token[], index: number): boolean =>
  isWord(tokens[index], 'ARRAY') && isWord(tokens[index - 1], 'AS') && tokens[index + 1]?.text === '('

/** A literal that ends the call of a function which formats times. */
function formatIn(tokens: readonly Token[], index: number): string | undefined {
  let depth = 0
  let open = index
  while (open > 0 && (tokens[open]!.text !== '(' || depth-- > 0)) if (tokens[open--]!.text === ')') depth++
  const translate = timeFormats[tokens[open - 1]?.text.toLowerCase() ?? '']
  return translate?.(tokens[index]!.text)
}

const calledAs = (name: string): string | undefined =>
  renamed[name] ?? (macroNames.has(name) ? `trino_${name}` : undefined)

/** Types of Trino that DuckDB calls otherwise, after `AS` in a CAST. */
const types: Readonly<Record<string, string>> = { varbinary: 'blob' }

const isSelected = (token: Token | undefined): boolean =>
  token?.text === ',' || token?.text === '.' || isWord(token, 'SELECT', 'DISTINCT', 'ALL')

const endsItem = (token: Token | undefined): boolean =>
  token === undefined || token.text === ',' || token.text === ')' || isWord(token, 'FROM')
