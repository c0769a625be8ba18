import type { LiveProgress } from '../job-reporter.ts'
import type { Button, SlackBlock, TaskStatus } from './blocks.ts'

/** What a message needs to know beside the record. */
export interface MessageView {
  readonly nowMs: number
  readonly live?: LiveProgress | undefined
  /** Where the archive is downloaded; without one the message says that there is no link. */
  readonly downloadUrl?: string | undefined
  /** When that ends, in milliseconds since 1970. */
  readonly linkExpiresMs?: number | undefined
  /** Whether somebody answers the buttons Cancel and New link; so unless told otherwise. */
  readonly isInteractive?: boolean | undefined
  /** The attempt has ended and the next one has not begun. */
  readonly isInterrupted?: boolean | undefined
}

/** What a state says, before it becomes blocks. */
export interface Draft {
  readonly icon: string
  /** The first words, plain. */
  readonly title: string
  /** Lines of mrkdwn right below. */
  readonly lines: readonly string[]
  /** One line per category, as a plan where Slack can show one. */
  readonly tasks?: { readonly title: string; readonly list: readonly Task[] }
  readonly more?: readonly SlackBlock[]
  readonly buttons?: readonly Button[]
  /** The small print. */
  readonly small?: readonly string[]
}

export interface Task {
  readonly title: string
  readonly status: TaskStatus
}
