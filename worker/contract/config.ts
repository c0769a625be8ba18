import type { z } from 'zod'
import { problemAt, suggestion, unknownNames } from './config-problem.ts'
import {
  type CategorySettings,
  type ConfigDocument,
  type ConfigSchema,
  configSchema,
  type EnvironmentSettings,
  type Limits
} from './config-schema.ts'
import { deployProblems } from './deploy-check.ts'
import { type Problem, ProblemsError } from './errors.ts'
import { type Layout, parseLayout } from './layout.ts'
import type { LogLevel } from './log-level.ts'

/** One category in one environment, ready to use. */
export interface Category {
  readonly name: string
  readonly aliases: readonly string[]
  readonly layout: Layout
  readonly format: CategorySettings['format']
  readonly table: string | undefined
  /** The zone of local times in keys and records; undefined for UTC. */
  readonly timeZone?: string | undefined
  readonly exclude: readonly string[]
  readonly lookaheadHours: number
  readonly identifierAliases: Readonly<Record<string, string>>
}

/** One environment with the categories as they are there. */
export interface Environment extends Omit<EnvironmentSettings, 'categories'> {
  readonly name: string
  readonly categories: ReadonlyMap<string, Category>
}

/** The validated configuration that every part shares. */
export interface Config {
  readonly defaultEnvironment: string
  readonly environments: ReadonlyMap<string, Environment>
  readonly output: ConfigDocument['output']
  readonly limits: Limits
  readonly forward: ConfigDocument['forward']
  readonly logLevel: LogLevel
  readonly access: ConfigDocument['access']
}

/** Words with another meaning where a category or an environment may stand. */
const reservedWords = ['all', 'help', 'status', 'cancel', 'today', 'yesterday']

/**
 * Validates a parsed iot-log.config.json. `formatNames` are the known formats; a program that reads no records leaves
 * them out, and any name of a format passes.
 * @throws ProblemsError (`wrong-config`) naming every mistake at once: the key, the value, what it may be.
 */
export function parseConfig(value: unknown, formatNames?: readonly string[]): Config {
  const schema = configSchema(formatNames)
  const parsed = schema.safeParse(value)
  if (!parsed.success)
    throw new ProblemsError(
      'wrong-config',
      parsed.error.issues.flatMap((issue) => problemsOf(issue, value, schema))
    )
  const problems = crossCheck(parsed.data)
  if (problems.length > 0) throw new ProblemsError('wrong-config', problems)
  return resolveConfig(parsed.data)
}

/** The same, from the text of the file. A syntax error is a problem of the whole file. */
export function parseConfigText(text: string, formatNames: readonly string[] | undefined): Config {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new ProblemsError('wrong-config', [{ subject: '', text: `not valid JSON: ${(error as Error).message}` }])
  }
  return parseConfig(value, formatNames)
}

function resolveConfig(document: ConfigDocument): Config {
  const environments = Object.entries(document.environments).map(([name, settings]) => {
    const categories = Object.entries(document.categories).map(([categoryName, common]) => {
      const own = settings.categories[categoryName]
      return [categoryName, resolveCategory(categoryName, { ...common, ...definedOf(own) })] as const
    })
    return [name, { ...settings, name, categories: new Map(categories) }] as const
  })
  const { defaultEnvironment, output, limits, forward, logLevel, access } = document
  return { defaultEnvironment, environments: new Map(environments), output, limits, forward, logLevel, access }
}

function resolveCategory(name: string, settings: CategorySettings): Category {
  const parsed = parseLayout(settings.layout, settings.timeZone)
  if ('problem' in parsed) throw new ProblemsError('wrong-config', [{ subject: name, text: parsed.problem }])
  return { ...settings, name, table: settings.table, timeZone: settings.timeZone, layout: parsed.layout }
}

function definedOf<T extends object>(value: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, one]) => one !== undefined)) as ReturnType<
    typeof definedOf<T>
  >
}

function crossCheck(document: ConfigDocument): Problem[] {
  const { defaultEnvironment, environments, categories } = document
  const problems = unknownNames('defaultEnvironment', [defaultEnvironment], 'environment', Object.keys(environments))
  if (Object.keys(categories).length === 0)
    problems.push({ subject: 'categories', text: 'categories: at least one is needed' })
  for (const [key, named] of Object.entries({ environments, categories })) {
    const reserved = Object.keys(named).filter((name) => reservedWords.includes(name))
    problems.push(...reserved.map((name) => problemAt(key, name, 'this word is reserved')))
  }
  return [
    ...problems,
    ...crossCheckAliases(document),
    ...crossCheckTables(document),
    ...crossCheckCategories(document),
    ...crossCheckOutput(document),
    ...deployProblems(document)
  ]
}

/** A link needs its archive, and a store that all environments share has one owner and one region. */
function crossCheckOutput({ output, environments }: ConfigDocument): Problem[] {
  const problems: Problem[] = []
  const { linkMinutes, expiryDays, store } = output
  const mostMinutes = expiryDays * 24 * 60
  if (linkMinutes > mostMinutes) {
    const text = `the archive expires after output.expiryDays (${expiryDays}): at most ${mostMinutes}`
    problems.push(problemAt('output.linkMinutes', linkMinutes, text))
  }
  const withJobs = Object.entries(environments).filter(([, { submit }]) => submit !== undefined)
  for (const key of ['account', 'region'] as const) {
    const values = new Set(withJobs.flatMap(([, environment]) => environment[key] ?? []))
    if (store === undefined || values.size < 2) continue
    const names = withJobs.map(([name]) => name).join(', ')
    const text = `one bucket has one ${key}, but those of ${names} differ: leave output.store out to store results beside the logs`
    problems.push(problemAt('output.store', store, text))
  }
  return problems
}

/** A table belongs to one category, since it has one layout. */
function crossCheckTables(document: ConfigDocument): Problem[] {
  return Object.entries(document.environments).flatMap(([environment, { categories: own }]) => {
    const owners = new Map<string, string>()
    return Object.entries(document.categories).flatMap(([name, common]) => {
      const table = own[name]?.table ?? common.table
      if (table === undefined) return []
      const owner = owners.get(table)
      owners.set(table, owner ?? name)
      const key =
        own[name]?.table === undefined ? `categories.${name}` : `environments.${environment}.categories.${name}`
      return owner === undefined ? [] : [problemAt(`${key}.table`, table, `it is the table of category "${owner}"`)]
    })
  })
}

/** In each environment a word names one category. */
function crossCheckAliases(document: ConfigDocument): Problem[] {
  const common = Object.entries(document.categories).map(([name, { aliases }]) => ({ name, aliases }))
  const environments = Object.entries(document.environments).filter(([, { categories }]) =>
    Object.values(categories).some((own) => own.aliases !== undefined)
  )
  return [
    ...aliasProblems('categories', common),
    ...environments.flatMap(([name, { categories: own }]) => {
      const resolved = common.map((category) => ({ ...category, ...definedOf(own[category.name]) }))
      return aliasProblems(`environments.${name}.categories`, resolved)
    })
  ]
}

function aliasProblems(place: string, categories: readonly { name: string; aliases: readonly string[] }[]): Problem[] {
  const problems: Problem[] = []
  const owners = new Map(categories.map(({ name }) => [name, name]))
  for (const { name, aliases } of categories) {
    for (const alias of aliases) {
      const owner = owners.get(alias)
      const key = `${place}.${name}.aliases`
      if (reservedWords.includes(alias)) problems.push(problemAt(key, alias, 'this word is reserved'))
      else if (owner !== undefined) problems.push(problemAt(key, alias, `category "${owner}" already has this name`))
      else owners.set(alias, name)
    }
  }
  return problems
}

/** The categories that an environment changes, and those that a sink takes, must exist. */
function crossCheckCategories({ environments, categories }: ConfigDocument): Problem[] {
  const known = Object.keys(categories)
  const unknown = (key: string, names: readonly string[]): Problem[] => unknownNames(key, names, 'category', known)
  return Object.entries(environments).flatMap(([name, { categories: own, sinks }]) => [
    ...unknown(`environments.${name}.categories`, Object.keys(own)),
    ...Object.entries(sinks).flatMap(([sink, { categories: taken = [] }]) =>
      unknown(`environments.${name}.sinks.${sink}.categories`, taken)
    )
  ])
}

function problemsOf(issue: z.core.$ZodIssue, root: unknown, schema: ConfigSchema): Problem[] {
  const key = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((unknownKey) => {
      const hint = suggestion(unknownKey, knownKeys(schema, issue.path))
      const subject = key === '' ? unknownKey : `${key}.${unknownKey}`
      return { subject, text: `${subject}: unknown key${hint}` }
    })
  }
  const value = issue.path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part], root)
  if (issue.code === 'invalid_key')
    return [problemAt(key, issue.path.at(-1), issue.issues[0]?.message ?? issue.message)]
  if (value === undefined) return [{ subject: key, text: `${key}: missing (${issue.message})` }]
  return [problemAt(key, value, issue.message)]
}

/** The keys that the schema allows at a path. It looks through records, defaults and optional values. */
function knownKeys(root: ConfigSchema, path: readonly PropertyKey[]): string[] {
  let schema: unknown = root
  for (const part of path) {
    const definition = unwrap(schema)
    schema = definition?.shape?.[part as string] ?? definition?.valueType
  }
  return Object.keys(unwrap(schema)?.shape ?? {})
}

interface SchemaDefinition {
  readonly innerType?: unknown
  readonly valueType?: unknown
  readonly shape?: Record<string, unknown>
}

function unwrap(schema: unknown): SchemaDefinition | undefined {
  const definition = (schema as { def?: SchemaDefinition } | undefined)?.def
  return definition?.innerType === undefined ? definition : unwrap(definition.innerType)
}
