import type { JobAsker } from '../../worker/contract/job.ts'
import { errorFields } from '../../worker/report/log.ts'
import { isVouchedFor } from '../jobs/access.ts'
import type { Deadline } from '../jobs/deadline.ts'
import type { Services } from '../jobs/services.ts'
import type { SlackSecrets } from './secrets.ts'
import type { SlackApi, SlackUser } from './slack-api.ts'

/** A person as Slack's request names them. */
export interface Person extends JobAsker {
  /** The workspace they belong to, where the request names it. */
  readonly ownWorkspace?: string | undefined
}

/** How sure a person is to be a full member of the workspace. */
type Membership = 'member' | 'guest' | 'external' | 'unknown'

const knownMs = 10 * 60_000
/** As many people as are remembered. Beyond that the first one is forgotten. */
const mostKnown = 5_000

/** Slack then leaves the workspace of a press or a form out, and one token is for all of them. */
export const organisationText =
  'iot-log does not support organisation-wide installation yet. Ask its operators to install it in this workspace.'

/** Most of the time is for S3 and Batch; Slack's answer about a person is remembered anyway. */
const mostCheckMs = 900

export interface GuestCheckOptions extends Pick<Services<SlackSecrets>, 'secrets' | 'config' | 'nowMs' | 'log'> {
  readonly slack: SlackApi
}

/** Asks Slack who is a guest, and remembers the answer for ten minutes. */
export class GuestCheck {
  readonly #options: GuestCheckOptions
  readonly #known = new Map<string, { readonly membership: Membership; readonly untilMs: number }>()

  constructor(options: GuestCheckOptions) {
    this.#options = options
  }

  /** Why a guest, or a person of another workspace, may not ask. Undefined for members and for people in the lists. */
  async refusalOf(person: Person, deadline: Deadline): Promise<string | undefined> {
    const { botToken } = await this.#options.secrets()
    if (isVouchedFor(person, this.#options.config)) return undefined
    const ask = (signal: AbortSignal): Promise<Membership> => this.#membershipOf(person, botToken, signal)
    const membership = await deadline.within('users.info', ask, { mostMs: mostCheckMs }).catch(() => 'unknown' as const)
    return membership === 'member' ? undefined : refusalTexts[membership]
  }

  /**
   * `unknown` where Slack did not answer. The caller refuses then: otherwise a slow Slack would let every guest in.
   * Without a token Slack can't be asked: then the lists alone decide.
   */
  async #membershipOf(person: Person, token: string | undefined, signal: AbortSignal): Promise<Membership> {
    if (person.ownWorkspace !== undefined && person.ownWorkspace !== person.team && person.enterprise === undefined) {
      return 'external'
    }
    if (token === undefined) return 'member'
    const key = `${person.team}/${person.user}`
    const known = this.#known.get(key)
    if (known && this.#options.nowMs() < known.untilMs) return known.membership
    try {
      const membership = judge(await this.#options.slack.userOf(token, person.user, signal), person)
      this.#remember(key, membership)
      return membership
    } catch (error) {
      this.#options.log.warn('Slack did not say who a person is', { user: person.user, ...errorFields(error) })
      return 'unknown'
    }
  }

  #remember(key: string, membership: Membership): void {
    if (this.#known.size >= mostKnown) this.#known.delete(this.#known.keys().next().value!)
    this.#known.set(key, { membership, untilMs: this.#options.nowMs() + knownMs })
  }
}

function judge(user: SlackUser, person: Person): Membership {
  if (user.is_stranger || user.deleted) return 'external'
  if (user.is_restricted || user.is_ultra_restricted) return 'guest'
  const isOfEnterprise = person.enterprise !== undefined && user.enterprise_user?.enterprise_id === person.enterprise
  const isOfWorkspace = user.team_id === undefined || user.team_id === person.team
  return isOfWorkspace || isOfEnterprise ? 'member' : 'external'
}

/** What a person reads who is no member, or may be none. */
const refusalTexts: Readonly<Record<Exclude<Membership, 'member'>, string>> = {
  guest: 'Guests may not use iot-log. Ask a member of this workspace.',
  external: 'Only members of this workspace may use iot-log. Ask one of them.',
  unknown:
    'Slack did not confirm in time that you are a member of this workspace, so nothing was started. Try again in a moment.'
}
