import type { Job, JobResult } from '../../contract/job.ts'
import { formatBytes } from '../../contract/units.ts'
import { type SlackBlock, section, slackLimits } from './blocks.ts'
import { downloadButton, newLinkButton } from './buttons.ts'
import type { Draft, MessageView } from './message-parts.ts'
import { codeText, localTime } from './text.ts'

/*
 * The download of a result: the button, until when it works, and what to do after that.
 */

const isExpired = ({ linkExpiresMs, nowMs }: MessageView): boolean =>
  linkExpiresMs !== undefined && linkExpiresMs <= nowMs
const isTooLong = (url: string): boolean => url.length > slackLimits.buttonUrl

export function linkParts(
  job: Job,
  { archive }: JobResult,
  view: MessageView
): Pick<Draft, 'buttons' | 'small' | 'link'> {
  const { downloadUrl: url, isInteractive = true } = view
  if (!archive) return {}
  const hasLink = url !== undefined && !isTooLong(url) && !isExpired(view)
  const size = formatBytes(archive.bytes)
  return {
    buttons: [
      ...(hasLink ? [downloadButton(url, size)] : []),
      // Nobody changes the message when its link expires, so the button is there before.
      ...(isInteractive ? [newLinkButton(job)] : [])
    ],
    small: untilLines(view),
    ...(hasLink && { link: { url, label: `Download (${size})` } })
  }
}

function untilLines(view: MessageView): string[] {
  const { downloadUrl, linkExpiresMs, archiveEndMs, isInteractive = true } = view
  if (downloadUrl === undefined || linkExpiresMs === undefined || isTooLong(downloadUrl)) return []
  const until = localTime(linkExpiresMs)
  if (isExpired(view)) return [`The link expired ${until}`]
  if (archiveEndMs === undefined) return [`Link until ${until}${isInteractive ? ', then *New link*' : ''}`]
  if (linkExpiresMs >= archiveEndMs) return [`Link until ${until}, as long as the zip is kept`]
  const next = isInteractive ? ', then *New link*' : ''
  return [`Link until ${until}${next}; the zip is kept until ${localTime(archiveEndMs)}`]
}

/** Why there is no link, where there should be one. */
export function linkProblem({ archive }: JobResult, { downloadUrl, isInteractive = true }: MessageView): SlackBlock[] {
  if (!archive) return []
  const place = `The archive is ${codeText(archive.key)}.`
  if (downloadUrl !== undefined && isTooLong(downloadUrl)) {
    return [section(['The link is too long for Slack. Operators can get the archive for you.', place])]
  }
  if (downloadUrl !== undefined || isInteractive) return []
  return [section(['iot-log could not create a link. Operators can get the archive for you.', place])]
}
