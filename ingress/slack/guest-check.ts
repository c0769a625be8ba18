import { isVouchedFor, type Person, standingTexts } from '../jobs/access.ts'
import type { Deadline } from '../jobs/deadline.ts'
import type { Services } from './services.ts'

/** Most of the time is for S3 and Batch; Slack's opinion of a person is remembered anyway. */
const mostStandingMs = 900

/** Why a person may not ask, who is on no list; undefined when nothing speaks against it. */
export async function doubtAbout(person: Person, services: Services, deadline: Deadline): Promise<string | undefined> {
  const { botToken } = await services.secrets()
  if (isVouchedFor(person, services.config)) return undefined
  try {
    const standing = await deadline.within(
      'users.info',
      (signal) => services.standings.standingOf(person, botToken, signal),
      { mostMs: mostStandingMs }
    )
    return standing === 'member' ? undefined : standingTexts[standing]
  } catch {
    return standingTexts.unknown
  }
}
