import type { Config } from '../../worker/contract/config.ts'
import { errorFields, type Log } from '../../worker/report/log.ts'
import type { SlackApi, SlackUser } from '../slack/slack-api.ts'

/*
 * Who may ask. The rules are the configuration's `access`, where an empty list allows all, and an environment's own
 * `access`, which must hold as well for what is asked of it. Guests and people of other workspaces (Slack Connect) are
 * refused whatever the lists say, unless `users` or `admins` names them: then an operator has vouched for them, and
 * Slack need not be asked.
 */

/** A person as a request of Slack's tells them. */
export interface Person {
  /** The workspace the request came from. */
  readonly team: string
  readonly user: string
  readonly channel: string
  readonly enterprise?: string | undefined
  /** The workspace they belong to, where the request says so. */
  readonly userTeam?: string | undefined
}

type AccessRules = Config['access']

/** Why a person is refused by the lists, in words for them; undefined when they are not. */
export function refusedByRules(person: Person, config: Config, environment?: string): string | undefined {
  const rules = config.access
  if (!allows(rules.teams, person.team)) return 'This workspace may not use iot-log.'
  if (!allows(rules.channels, person.channel)) {
    return 'iot-log does not answer in this channel: ask in one of the channels that it was set up for.'
  }
  if (!isNamedOrAll(rules, person.user)) return 'You are not among the people who may use iot-log here.'
  const own = environment === undefined ? undefined : ownRules(config, environment)
  if (own === undefined) return undefined
  const isAllowed =
    allows(own.teams, person.team) && allows(own.channels, person.channel) && isNamedOrAll(own, person.user)
  return isAllowed ? undefined : `You may not ask for logs of ${environment} here.`
}

export function isAdmin(person: Person, config: Config): boolean {
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

/** How sure a person is to be a full member of the workspace. */
export type Standing = 'member' | 'guest' | 'external' | 'unknown'

const knownMs = 10 * 60_000
/** As many people as are remembered; beyond that the one who was asked about first is forgotten. */
const mostKnown = 5_000

/** Asks Slack who is a guest, and remembers the answer for ten minutes. */
export class Standings {
  readonly #slack: SlackApi
  readonly #nowMs: () => number
  readonly #log: Log
  readonly #known = new Map<string, { readonly standing: Standing; readonly untilMs: number }>()

  constructor(slack: SlackApi, nowMs: () => number, log: Log) {
    this.#slack = slack
    this.#nowMs = nowMs
    this.#log = log
  }

  /**
   * `unknown` where Slack did not answer: the caller refuses then, since the other way round a slow Slack would let
   * every guest in. Without a token nobody can be asked: then the lists alone decide.
   */
  async standingOf(person: Person, token: string | undefined, signal: AbortSignal): Promise<Standing> {
    if (person.userTeam !== undefined && person.userTeam !== person.team && person.enterprise === undefined) {
      return 'external'
    }
    if (token === undefined) return 'member'
    const key = `${person.team}/${person.user}`
    const known = this.#known.get(key)
    if (known && this.#nowMs() < known.untilMs) return known.standing
    try {
      const standing = judge(await this.#slack.userOf(token, person.user, signal), person)
      this.#remember(key, standing)
      return standing
    } catch (error) {
      this.#log.warn('Slack did not tell who a person is', { user: person.user, ...errorFields(error) })
      return 'unknown'
    }
  }

  #remember(key: string, standing: Standing): void {
    if (this.#known.size >= mostKnown) this.#known.delete(this.#known.keys().next().value!)
    this.#known.set(key, { standing, untilMs: this.#nowMs() + knownMs })
  }
}

function judge(user: SlackUser, person: Person): Standing {
  if (user.is_stranger || user.deleted) return 'external'
  if (user.is_restricted || user.is_ultra_restricted) return 'guest'
  const isOfEnterprise = person.enterprise !== undefined && user.enterprise_user?.enterprise_id === person.enterprise
  const isOfTeam = user.team_id === undefined || user.team_id === person.team
  return isOfTeam || isOfEnterprise ? 'member' : 'external'
}

/** Whether the lists name a person, so that nobody needs to ask Slack who they are. */
export function isVouchedFor(person: Person, config: Config): boolean {
  return config.access.users.includes(person.user) || config.access.admins.includes(person.user)
}

/** Slack then leaves the workspace of a press or a form out, and one token is for all of them. */
export const organisationText =
  'iot-log can’t be used as an app of a whole organisation yet: ask its operators to install it in this workspace.'

/** What a person is told who is no member, or may be none. */
export const standingTexts: Readonly<Record<Exclude<Standing, 'member'>, string>> = {
  guest: 'Guests may not use iot-log: ask a member of this workspace.',
  external: 'Only members of this workspace may use iot-log: ask one of them.',
  unknown:
    'Slack did not tell in time whether you are a member of this workspace, so nothing was started. Try again in a moment.'
}
