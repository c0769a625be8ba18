import type { Config } from '../../worker/contract/config.ts'
import type { JobAsker } from '../../worker/contract/job.ts'

/*
 * Who may ask. The rules are the configuration's `access`, where an empty list allows all. An environment's own `access`
 * must allow a request for it as well. A front end may refuse more people, such as guests. People whom `users` or
 * `admins` names are exempt from that: an operator has vouched for them.
 */

type AccessRules = Config['access']

/** Why the lists refuse a person, in words for them; undefined when they do not. */
export function refusedByRules(person: JobAsker, config: Config, environment?: string): string | undefined {
  const rules = config.access
  if (!allows(rules.teams, person.team)) return 'This workspace may not use iot-log.'
  if (!allows(rules.channels, person.channel)) {
    return 'iot-log does not answer in this channel. Use a channel that it is set up for.'
  }
  if (!isNamedOrAll(rules, person.user)) return 'You may not use iot-log here. Ask its operators for access.'
  const own = environment === undefined ? undefined : ownRules(config, environment)
  if (own === undefined) return undefined
  const isAllowed =
    allows(own.teams, person.team) && allows(own.channels, person.channel) && isNamedOrAll(own, person.user)
  return isAllowed ? undefined : `You may not export logs of ${environment} here.`
}

export function isAdmin(person: JobAsker, config: Config): boolean {
  return config.access.admins.includes(person.user) && allows(config.access.teams, person.team)
}

const allows = (list: readonly string[], one: string): boolean => list.length === 0 || list.includes(one)
const isNamedOrAll = (rules: AccessRules, user: string): boolean =>
  allows(rules.users, user) || rules.admins.includes(user)

/** An environment may have rules of its own, such as for production. */
function ownRules(config: Config, environment: string): AccessRules | undefined {
  const access = config.environments.get(environment)?.access
  if (!access) return undefined
  const { teams = [], channels = [], users = [], admins = [] } = access
  return { teams, channels, users, admins }
}

/** Whether the lists name a person, so that the front end need not check who they are. */
export function isVouchedFor(person: JobAsker, config: Config): boolean {
  return config.access.users.includes(person.user) || config.access.admins.includes(person.user)
}
