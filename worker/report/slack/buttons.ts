import type { Job } from '../../contract/job.ts'
import { type Button, plainText, type SlackBlock, slackLimits } from './blocks.ts'
import { namedPlainly } from './request-text.ts'

/** By these the ingress knows which button was pressed; the value of Cancel and New link is the job's id. */
export const actionIds = {
  cancel: 'iot-log-cancel',
  newLink: 'iot-log-new-link',
  /** Slack reports presses of link buttons too; they need no action. */
  download: 'iot-log-download'
} as const

/** The same blocks where the message can't be changed any more: Cancel would be there for good. */
export function withoutCancel(blocks: readonly SlackBlock[]): SlackBlock[] {
  return blocks.filter(
    (block) => block.type !== 'actions' || !block.elements.some(({ action_id: id }) => id === actionIds.cancel)
  )
}

/** Only the asker and admins may press it: the ingress checks. */
export function cancelButton(job: Job): Button {
  return {
    type: 'button',
    action_id: actionIds.cancel,
    text: plainText('Cancel', slackLimits.buttonText),
    style: 'danger',
    value: job.id,
    confirm: {
      title: plainText('Stop this export?', slackLimits.confirmTitle),
      text: plainText(`${namedPlainly(job.request)}\nNothing is kept.`, slackLimits.confirmText),
      confirm: plainText('Stop it', slackLimits.confirmButton),
      deny: plainText('Let it run', slackLimits.confirmButton),
      style: 'danger'
    }
  }
}

export function downloadButton(url: string, size: string): Button {
  return {
    type: 'button',
    action_id: actionIds.download,
    text: plainText(`Download (${size})`, slackLimits.buttonText),
    style: 'primary',
    url
  }
}

export function newLinkButton(job: Job): Button {
  return {
    type: 'button',
    action_id: actionIds.newLink,
    text: plainText('New link', slackLimits.buttonText),
    value: job.id
  }
}
