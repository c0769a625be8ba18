import type { LiveProgress } from '../job-reporter.ts'
import type { Button, SlackBlock, TaskStatus } from './blocks.ts'
import type { RequestScope } from './other-requests.ts'

/** What a message needs beside the job document. */
export interface MessageView {
  readonly nowMs: number
  readonly live?: LiveProgress | undefined
  /** Where the archive is downloaded; without one the message says that there is no link. */
  readonly downloadUrl?: string | undefined
  /** When that ends, and until when the archive itself is there; in milliseconds since 1970. */
  readonly linkExpiresMs?: number | undefined
  readonly archiveEndMs?: number | undefined
  /** Whether an ingress answers the buttons Cancel and New link; the default is true. */
  readonly isInteractive?: boolean | undefined
  /** The attempt has ended and the next one has not begun. */
  readonly isInterrupted?: boolean | undefined
  /** What can be requested instead; the default is nothing. */
  readonly scope?: RequestScope | undefined
}

/** What a state says, before it becomes blocks. */
export interface Draft {
  readonly icon: string
  /** The first words, plain. */
  readonly title: string
  /** The same for a notification, where it has to say more. */
  readonly notice?: string
  /** Lines of mrkdwn right below. */
  readonly lines: readonly string[]
  /** A card per category where Slack can show a plan. It may be folded, so nothing is said by it alone. */
  readonly tasks?: { readonly title: string; readonly list: readonly Task[] }
  readonly buttons?: readonly Button[]
  readonly more?: readonly SlackBlock[]
  /** The small print. */
  readonly small?: readonly string[]
  /** What must be there even without blocks. */
  readonly link?: { readonly url: string; readonly label: string }
}

export interface Task {
  readonly title: string
  readonly status: TaskStatus
}

/** Whether hours or other categories can be requested is unknown. */
export const unknownScope: RequestScope = { hasHours: false, hasAll: true }
