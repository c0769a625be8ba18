/*
 * Text for Slack. What people typed goes into plain text, or into mrkdwn escaped and between backticks, so that it can
 * neither ping anybody nor change how a message looks.
 */

/** At most so many characters, by whole code points; an ellipsis marks a cut. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text
  let clipped = ''
  for (const letter of text) {
    if (clipped.length + letter.length > most - 1) break
    clipped += letter
  }
  return `${clipped}…`
}

/** `&`, `<` and `>` are all that mrkdwn wants escaped: https://docs.slack.dev/messaging/formatting-message-text */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Text from elsewhere on one line, without characters that are not seen but turn or hide others. */
export function visibleText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}

/** Text as code: it has no backtick, since mrkdwn has no way to escape one. */
export function codeText(text: string, most = Number.POSITIVE_INFINITY): string {
  const inner = escapeText(clip(visibleText(text).replaceAll('`', ''), most))
  return inner === '' ? '' : `\`${inner}\``
}

/** A moment in the reader's time zone; `fallback` in UTC where it can't be shown so. */
export function localTime(timeMs: number, format = '{date_short_pretty} {time}'): string {
  const seconds = Math.floor(timeMs / 1000)
  return `<!date^${seconds}^${format}|${utcMinute(timeMs)}>`
}

/** `2023-10-01 09:30 UTC`. */
function utcMinute(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** `<@U123>`; nothing for what is no user's id. */
export function mention(user: string): string {
  return /^[A-Z0-9]{2,30}$/.test(user) ? `<@${user}>` : ''
}

/** `▰▰▰▰▱▱▱▱▱▱`. */
export function barText(percent: number): string {
  const full = Math.floor(percent / 10)
  return '▰'.repeat(full) + '▱'.repeat(10 - full)
}

const widest = 24
const heights = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** A row of bars, and how many of the counts one of them stands for. */
export interface Sparkline {
  readonly text: string
  readonly countsPerBar: number
}

/** Counts as at most 24 bars, so that they fit on a phone; only nothing at all has the lowest bar. */
export function sparkline(counts: readonly number[]): Sparkline {
  const countsPerBar = Math.max(1, Math.ceil(counts.length / widest))
  const sums = Array.from({ length: Math.ceil(counts.length / countsPerBar) }, (_, bar) =>
    counts.slice(bar * countsPerBar, (bar + 1) * countsPerBar).reduce((sum, count) => sum + count, 0)
  )
  const most = Math.max(...sums, 1)
  const heightOf = (sum: number): string => heights[sum === 0 ? 0 : Math.max(1, Math.round((sum / most) * 7))]!
  return { text: sums.map(heightOf).join(''), countsPerBar }
}
