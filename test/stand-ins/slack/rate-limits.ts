/** So many calls in so many milliseconds; more get a 429. */
export interface RateLimit {
  readonly calls: number
  readonly perMs: number
  /** What shares the limit. Default: the workspace. */
  readonly by?: 'workspace' | 'channel'
}

const minute = 60_000
const tier2: RateLimit = { calls: 20, perMs: minute }
const tier3: RateLimit = { calls: 50, perMs: minute }
const tier4: RateLimit = { calls: 100, perMs: minute }

/** https://docs.slack.dev/apis/web-api/rate-limits and the methods' pages: the floors that Slack promises, as ceilings. */
export const slackRateLimits: Readonly<Record<string, RateLimit>> = {
  'auth.test': { calls: 300, perMs: minute },
  // "Special": one a second in a channel, with bursts; Slack gives no number for them.
  'chat.postMessage': { calls: 10, perMs: 10_000, by: 'channel' },
  'chat.update': tier3,
  'chat.delete': tier3,
  'chat.postEphemeral': tier4,
  'chat.getPermalink': { calls: 300, perMs: minute },
  'conversations.info': tier3,
  'conversations.open': tier3,
  'users.info': tier4,
  'views.open': tier4,
  'views.update': tier4,
  'files.getUploadURLExternal': tier4,
  'files.completeUploadExternal': tier4,
  'canvases.create': tier2,
  'canvases.edit': tier3,
  'conversations.canvases.create': tier2
}

/** Counts calls. A refused call does not count. */
export interface RateMeter {
  /** Undefined when the call may pass; otherwise the whole seconds until one may. */
  secondsToWait(method: string, channel: string | undefined): number | undefined
}

export function createRateMeter(limits: Readonly<Record<string, RateLimit>>, nowMs: () => number): RateMeter {
  const passed = new Map<string, number[]>()
  return {
    secondsToWait: (method, channel) => {
      const limit = limits[method]
      if (!limit) return undefined
      const now = nowMs()
      const key = limit.by === 'channel' ? `${method} ${channel}` : method
      const recent = (passed.get(key) ?? []).filter((atMs) => atMs > now - limit.perMs)
      passed.set(key, recent)
      if (recent.length >= limit.calls) {
        return Math.max(1, Math.ceil((recent.at(-limit.calls)! + limit.perMs - now) / 1000))
      }
      recent.push(now)
      return undefined
    }
  }
}
