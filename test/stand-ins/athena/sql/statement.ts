import { Refusal } from '../../aws/refusal.ts'
import { QueryFailure } from '../failure.ts'
import { parseCreateTable, type TableDefinition } from './create-table.ts'
import { isWord, nameOf, type Token, tokensOf } from './tokens.ts'

/** A name, with its database if it is given. */
export interface TableName {
  readonly database: string | undefined
  readonly name: string
}

export type Statement =
  | { readonly kind: 'select'; readonly sql: string }
  | { readonly kind: 'unload'; readonly sql: string; readonly target: string; readonly delimiter: string }
  | { readonly kind: 'create-table'; readonly table: TableDefinition }
  | { readonly kind: 'create-view'; readonly view: TableName; readonly sql: string; readonly isReplacing: boolean }
  | { readonly kind: 'create-database'; readonly name: string; readonly isIfNotExists: boolean }
  | { readonly kind: 'drop'; readonly dropped: TableName; readonly what: DroppedKind; readonly isIfExists: boolean }

export type DroppedKind = 'TABLE' | 'VIEW' | 'DATABASE'

export type StatementKind = Statement['kind']

/** What kind of statement it is, by its first words. @throws Refusal for what the stand-in does not know */
export function kindOf(sql: string): StatementKind {
  const words = tokensOrRefuse(sql)
    .slice(0, 4)
    .map(({ text }) => text.toUpperCase())
  if (/^(?:SELECT|WITH|VALUES|\()$/.test(words[0] ?? '')) return 'select'
  if (words[0] === 'UNLOAD') return 'unload'
  const start = words.join(' ')
  if (start.startsWith('CREATE EXTERNAL TABLE')) return 'create-table'
  if (/^CREATE (?:OR REPLACE )?VIEW/.test(start)) return 'create-view'
  if (/^CREATE (?:DATABASE|SCHEMA)/.test(start)) return 'create-database'
  if (/^DROP (?:TABLE|VIEW|DATABASE|SCHEMA)/.test(start)) return 'drop'
  throw malformed('Queries of this type are not supported')
}

function tokensOrRefuse(sql: string): Token[] {
  try {
    const tokens = tokensOf(withoutEnd(sql), kindHint(sql))
    if (tokens.some(({ text }) => text === ';')) throw malformed('Only one sql statement is allowed')
    return tokens
  } catch (error) {
    throw error instanceof Refusal ? error : malformed((error as Error).message)
  }
}

const kindHint = (sql: string): 'hive' | 'trino' =>
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*CREATE\s+EXTERNAL/i.test(sql) ? 'hive' : 'trino'
const malformed = (message: string): Refusal =>
  new Refusal('InvalidRequestException', message, 400, { AthenaErrorCode: 'MALFORMED_QUERY' })

/** One semicolon at the end is allowed. */
const withoutEnd = (sql: string): string => sql.replace(/;\s*$/, '')

/** Reads a statement; parameters are in it. @throws QueryFailure */
export function parseStatement(given: string): Statement {
  const sql = withoutEnd(given)
  const kind = kindOf(sql)
  if (kind === 'select') return { kind, sql }
  if (kind === 'create-table') return { kind, table: parseCreateTable(sql) }
  const tokens = tokensOf(sql)
  if (kind === 'unload') return parseUnload(sql, tokens)
  if (kind === 'create-view') return parseCreateView(sql, tokens)
  const conditions = tokens.findIndex((token) => isWord(token, 'EXISTS')) + 1
  const named = tokenName(tokens.slice(conditions || 2))
  if (kind === 'create-database') return { kind, name: named.name, isIfNotExists: conditions > 0 }
  const what = tokens[1]!.text.toUpperCase().replace('SCHEMA', 'DATABASE') as DroppedKind
  return { kind, dropped: named, what, isIfExists: conditions > 0 }
}

/** `UNLOAD (query) TO 's3://…' WITH (name = 'value', …)`: https://docs.aws.amazon.com/athena/latest/ug/unload.html */
function parseUnload(sql: string, tokens: readonly Token[]): Statement {
  const close = closing(tokens, 1)
  const [to, target, withWord, ...rest] = tokens.slice(close + 1)
  if (!isWord(to, 'TO') || target?.kind !== 'text' || !isWord(withWord, 'WITH') || rest[0]?.text !== '(') {
    throw QueryFailure.syntax("mismatched input. Expecting: UNLOAD (query) TO 's3://…' WITH (format = …)")
  }
  const properties = new Map<string, string>()
  for (let at = 1; rest[at] && rest[at]!.text !== ')'; at += 4) {
    const [name, equals, value] = rest.slice(at, at + 3)
    if (equals?.text !== '=' || value?.kind !== 'text') throw QueryFailure.syntax("WITH takes name = 'value'")
    properties.set(nameOf(name!), value.text.slice(1, -1).replaceAll("''", "'"))
  }
  const { format = '', compression = 'GZIP', field_delimiter: delimiter = '\x01' } = Object.fromEntries(properties)
  const unknown = [...properties.keys()].find((name) => !['format', 'compression', 'field_delimiter'].includes(name))
  if (unknown !== undefined) throw new QueryFailure(`INVALID_PROPERTY: The stand-in does not know ${unknown}`, 1101)
  if (format.toUpperCase() !== 'TEXTFILE') {
    throw new QueryFailure(`INVALID_PROPERTY: The stand-in writes TEXTFILE only, not ${format}`, 1101)
  }
  if (compression.toUpperCase() !== 'GZIP') {
    throw new QueryFailure(`INVALID_PROPERTY: TEXTFILE is always compressed as GZIP, not ${compression}`, 1101)
  }
  if (delimiter.length !== 1) throw new QueryFailure('INVALID_PROPERTY: field_delimiter must be one character', 1101)
  const query = sql.slice(tokens[1]!.end, tokens[close]!.start)
  return { kind: 'unload', sql: query, target: target.text.slice(1, -1).replaceAll("''", "'"), delimiter }
}

/** Where the parenthesis that stands at a place is closed. */
function closing(tokens: readonly Token[], open: number): number {
  if (tokens[open]?.text !== '(') throw QueryFailure.syntax("mismatched input. Expecting: '('")
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    if (tokens[at]!.text === '(') depth++
    else if (tokens[at]!.text === ')' && --depth === 0) return at
  }
  throw QueryFailure.syntax("mismatched input '<EOF>'. Expecting: ')'")
}

function parseCreateView(sql: string, tokens: readonly Token[]): Statement {
  const as = tokens.findIndex((token) => isWord(token, 'AS'))
  const view = tokens.findIndex((token) => isWord(token, 'VIEW'))
  if (as < 0) throw QueryFailure.syntax("mismatched input. Expecting: 'AS'")
  const isReplacing = isWord(tokens[1], 'OR')
  return {
    kind: 'create-view',
    view: tokenName(tokens.slice(view + 1, as)),
    sql: sql.slice(tokens[as]!.end),
    isReplacing
  }
}

function tokenName([first, dot, second]: readonly Token[]): TableName {
  if (first?.kind !== 'word' && first?.kind !== 'name') throw QueryFailure.syntax('a name is missing')
  if (dot?.text !== '.') return { database: undefined, name: nameOf(first) }
  if (!second) throw QueryFailure.syntax('a name is missing')
  return { database: nameOf(first), name: nameOf(second) }
}
