import type { Config, Environment } from '../contract/config.ts'
import { type Problem, ProblemsError } from '../contract/errors.ts'
import { type LogLevel, logLevels } from '../contract/log-level.ts'

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>

/**
 * Reads what a process needs from its environment variables.
 * @throws ProblemsError (`wrong-config`) with every mistake at once
 */
export function readVariables<T>(environment: EnvironmentVariables, read: (variables: Variables) => T): T {
  const variables = new Variables(environment)
  const values = read(variables)
  if (variables.problems.length > 0) throw new ProblemsError('wrong-config', variables.problems)
  return values
}

/** Typed readers of environment variables. An empty variable counts as unset. A wrong one is noted in `problems`. */
export class Variables {
  readonly problems: Problem[] = []
  readonly #environment: EnvironmentVariables

  constructor(environment: EnvironmentVariables) {
    this.#environment = environment
  }

  text(name: string): string | undefined {
    return this.#environment[name] || undefined
  }

  /** Texts with commas between them. */
  list(name: string): readonly string[] {
    return this.text(name)?.split(',').filter(Boolean) ?? []
  }

  /** A whole number from 1 to `most`. */
  count(name: string, most: number): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const count = /^\d{1,16}$/.test(text) ? Number(text) : 0
    if (count < 1 || count > most) this.refuse(name, `a whole number from 1 to ${most}`)
    return count
  }

  url(name: string): string | undefined {
    const text = this.text(name)
    if (text !== undefined && !/^https?:\/\/[^/]/.test(text)) this.refuse(name, 'a URL that begins with https://')
    return text
  }

  oneOf<T extends string>(name: string, known: readonly T[]): T | undefined {
    const text = this.text(name)
    const found = known.find((one) => one === text)
    if (text !== undefined && found === undefined) this.refuse(name, `one of ${known.join(', ')}`)
    return found
  }

  /** The environment of the configuration that `IOT_LOG_ENVIRONMENT` names; the default is the default environment. */
  environment({ environments, defaultEnvironment }: Config): Environment {
    return environments.get(this.oneOf('IOT_LOG_ENVIRONMENT', [...environments.keys()]) ?? defaultEnvironment)!
  }

  /** `IOT_LOG_LEVEL`; the default is the configuration's. */
  logLevel({ logLevel }: Config): LogLevel {
    return this.oneOf('IOT_LOG_LEVEL', logLevels) ?? logLevel
  }

  /** Notes that the variable has a wrong value, and what it may be. */
  refuse(name: string, allowed: string): void {
    this.problems.push({ subject: name, text: `${name}=${this.text(name)}: ${allowed}` })
  }
}
