import { QueryFailure } from './failure.ts'
import type { TableDefinition } from './sql/create-table.ts'
import type { Statement, TableName } from './sql/statement.ts'
import { nameOf, tokensOf } from './sql/tokens.ts'

export interface View {
  readonly database: string
  readonly name: string
  /** In Trino's SQL. */
  readonly sql: string
  /** The database that its names without one belong to. */
  readonly context: string
}

/** What Glue keeps: databases, and their tables and views by `database.name`. */
export class Catalog {
  readonly databases = new Set(['default'])
  readonly tables = new Map<string, TableDefinition & { readonly database: string }>()
  /** In the order they were made: each may use those before it. */
  readonly views = new Map<string, View>()

  /** Carries out a statement that changes it. @throws QueryFailure */
  change(statement: Exclude<Statement, { kind: 'select' | 'unload' }>, context: string): void {
    if (statement.kind === 'create-database') return this.#createDatabase(statement.name, statement.isIfNotExists)
    if (statement.kind === 'drop') return this.#drop(statement, context)
    if (statement.kind === 'create-table') {
      const { table } = statement
      const place = this.#placeOf(table, context)
      if (table.isIfNotExists && this.#has(place.id)) return
      if (this.#has(place.id)) throw ddlFailure(`AlreadyExistsException(message:Table ${table.name} already exists.)`)
      this.tables.set(place.id, { ...table, database: place.database })
      return
    }
    const { view, sql, isReplacing } = statement
    const { id, database } = this.#placeOf(view, context)
    const isKnown = this.views.has(id)
    if (this.tables.has(id) || (isKnown && !isReplacing)) {
      throw new QueryFailure(`INVALID_VIEW: View already exists: awsdatacatalog.${id}`, 1107)
    }
    this.views.set(id, { database, name: view.name, sql, context })
  }

  /** The tables that a query may read, through views as well, by the names that stand in it. */
  tablesNamedIn(sql: string): ReadonlySet<string> {
    const words = new Set<string>()
    const pending = [sql]
    for (let text = pending.pop(); text !== undefined; text = pending.pop()) {
      const fresh = tokensOf(text)
        .filter(({ kind }) => kind === 'word' || kind === 'name')
        .map(nameOf)
        .filter((word) => !words.has(word))
      for (const word of fresh) words.add(word)
      pending.push(...[...this.views.values()].filter(({ name }) => fresh.includes(name)).map((view) => view.sql))
    }
    return new Set([...this.tables].filter(([, { name }]) => words.has(name)).map(([id]) => id))
  }

  #has = (id: string): boolean => this.tables.has(id) || this.views.has(id)

  #placeOf({ database = undefined, name }: Partial<TableName> & { name: string }, context: string) {
    const place = database ?? context
    if (!this.databases.has(place))
      throw ddlFailure(`SemanticException [Error 10072]: Database does not exist: ${place}`)
    return { id: `${place}.${name}`, database: place }
  }

  #createDatabase(name: string, isIfNotExists: boolean): void {
    if (this.databases.has(name) && !isIfNotExists) throw ddlFailure(`Database ${name} already exists`)
    this.databases.add(name)
  }

  #drop({ dropped, what, isIfExists }: Extract<Statement, { kind: 'drop' }>, context: string): void {
    if (what === 'DATABASE') {
      const isEmpty = ![...this.tables.keys(), ...this.views.keys()].some((id) => id.startsWith(`${dropped.name}.`))
      if (!isEmpty) throw ddlFailure(`InvalidOperationException(message:Database ${dropped.name} is not empty.)`)
      if (!this.databases.delete(dropped.name) && !isIfExists)
        throw ddlFailure(`Database does not exist: ${dropped.name}`)
      return
    }
    const id = `${dropped.database ?? context}.${dropped.name}`
    const isGone = what === 'TABLE' ? this.tables.delete(id) : this.views.delete(id)
    if (!isGone && !isIfExists) throw ddlFailure(`SemanticException [Error 10001]: Table not found ${id}`)
  }
}

const ddlFailure = (message: string): QueryFailure => new QueryFailure(`FAILED: ${message}`, 1003)
