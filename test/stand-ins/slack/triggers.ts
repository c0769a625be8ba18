import { randomBytes } from 'node:crypto'
import { SlackApiError } from './api-error.ts'

const lifeMs = 3_000
const kept = 1_000

/** Trigger ids: each opens one modal, within 3 seconds, for the user who caused it. */
export interface Triggers {
  issue(user: string): string
  /** Gives its user, once. @throws SlackApiError */
  exchange(id: string): string
}

export function createTriggers(nowMs: () => number): Triggers {
  const issued = new Map<string, { readonly user: string; readonly atMs: number; isUsed: boolean }>()
  return {
    issue: (user) => {
      const id = `${nowMs()}.${randomBytes(5).toString('hex')}.${randomBytes(16).toString('hex')}`
      issued.set(id, { user, atMs: nowMs(), isUsed: false })
      if (issued.size > kept) issued.delete(issued.keys().next().value!)
      return id
    },
    exchange: (id) => {
      const trigger = issued.get(id)
      if (!trigger) throw new SlackApiError('invalid_trigger_id')
      if (trigger.isUsed) throw new SlackApiError('exchanged_trigger_id')
      if (nowMs() - trigger.atMs > lifeMs) throw new SlackApiError('expired_trigger_id')
      trigger.isUsed = true
      return trigger.user
    }
  }
}
