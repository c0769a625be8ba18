import { QueryFailure } from '../failure.ts'
import { hiveText } from './hive-literal.ts'
import { isWord, nameOf, type Token, tokensOf } from './tokens.ts'

export interface Column {
  readonly name: string
  /** `string`, `bigint` and so on, in small letters. */
  readonly type: string
}

/** What CREATE EXTERNAL TABLE says (https://docs.aws.amazon.com/athena/latest/ug/create-table.html). */
export interface TableDefinition {
  readonly database: string | undefined
  readonly name: string
  readonly isIfNotExists: boolean
  readonly columns: readonly Column[]
  readonly partitions: readonly Column[]
  readonly serde: string
  readonly serdeProperties: Readonly<Record<string, string>>
  /** `s3://bucket/prefix/` */
  readonly location: string
  readonly properties: Readonly<Record<string, string>>
}

export const lazySimpleSerde = 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'

/** Reads CREATE EXTERNAL TABLE. @throws QueryFailure */
export function parseCreateTable(sql: string): TableDefinition {
  const reader = new Reader(tokensOf(sql, 'hive'))
  reader.expect('CREATE', 'EXTERNAL', 'TABLE')
  const isIfNotExists = reader.skip('IF', 'NOT', 'EXISTS')
  const [name, database] = reader.tableName()
  const columns = reader.columns()
  if (reader.skip('COMMENT')) reader.text()
  const partitions = reader.skip('PARTITIONED', 'BY') ? reader.columns() : []
  let serde = lazySimpleSerde
  let serdeProperties = {}
  let location = ''
  let properties = {}
  while (!reader.isAtEnd) {
    if (reader.skip('ROW', 'FORMAT', 'SERDE')) serde = reader.text()
    else if (reader.skip('WITH', 'SERDEPROPERTIES') || reader.skip('WITH', 'SERDE', 'PROPERTIES')) {
      serdeProperties = reader.properties()
    } else if (reader.skip('ROW', 'FORMAT', 'DELIMITED', 'FIELDS', 'TERMINATED', 'BY')) {
      serdeProperties = { 'field.delim': reader.text() }
    } else if (reader.skip('STORED', 'AS', 'TEXTFILE')) continue
    else if (reader.skip('STORED', 'AS', 'INPUTFORMAT')) {
      const format = reader.text()
      if (format !== 'org.apache.hadoop.mapred.TextInputFormat') throw reader.wrong(`The stand-in reads no ${format}`)
      reader.expect('OUTPUTFORMAT')
      reader.text()
    } else if (reader.skip('LOCATION')) location = reader.text()
    else if (reader.skip('TBLPROPERTIES')) properties = reader.properties()
    else throw reader.wrong()
  }
  if (!/^s3:\/\/[^/]+\/(?:.*\/)?$/.test(location)) {
    throw new QueryFailure(
      `FAILED: SemanticException LOCATION must be s3://bucket/prefix/ with a slash at its end, not ${location}`,
      1003
    )
  }
  return { database, name, isIfNotExists, columns, partitions, serde, serdeProperties, location, properties }
}

class Reader {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length
  }

  /** Goes past some words or symbols where they are next. */
  skip(...words: readonly string[]): boolean {
    const isNext = words.every((word, index) => {
      const token = this.#tokens[this.#at + index]
      return token?.text === word || isWord(token, word)
    })
    if (isNext) this.#at += words.length
    return isNext
  }

  expect(...words: readonly string[]): void {
    if (!this.skip(...words)) throw this.wrong()
  }

  text(): string {
    const token = this.#tokens[this.#at++]
    if (token?.kind !== 'text') throw this.wrong()
    return hiveText(token.text)
  }

  name(): string {
    const token = this.#tokens[this.#at++]
    if (token?.kind !== 'word' && !(token?.kind === 'name' && token.text.startsWith('`'))) throw this.wrong()
    return nameOf(token)
  }

  /** The table's name, and its database if it is given. */
  tableName(): [name: string, database: string | undefined] {
    const first = this.name()
    return this.skip('.') ? [this.name(), first] : [first, undefined]
  }

  columns(): Column[] {
    const columns: Column[] = []
    this.expect('(')
    do {
      const name = this.name()
      const type = this.name()
      if (this.skip('COMMENT')) this.text()
      columns.push({ name, type })
    } while (this.skip(','))
    this.expect(')')
    return columns
  }

  properties(): Record<string, string> {
    const properties: Record<string, string> = {}
    this.expect('(')
    do {
      const key = this.text()
      this.expect('=')
      properties[key] = this.text()
    } while (this.skip(','))
    this.expect(')')
    return properties
  }

  wrong(why = 'mismatched input'): QueryFailure {
    const near = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]
    return new QueryFailure(`FAILED: ParseException line 1:${near?.start ?? 0} ${why} near '${near?.text ?? ''}'`, 1003)
  }
}
