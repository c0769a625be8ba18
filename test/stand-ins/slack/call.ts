import type { Arguments } from './arguments.ts'
import type { Triggers } from './triggers.ts'
import type { Workspace } from './workspace.ts'

/** What every method may look at. */
export interface Call {
  readonly workspace: Workspace
  readonly args: Arguments
  readonly triggers: Triggers
  readonly scopes: ReadonlySet<string>
  readonly unsupportedBlocks: readonly string[]
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly uploads: Map<string, string>
}

/** Carries a call out and gives the answer's keys besides `ok`. @throws SlackApiError to refuse it */
export type Method = (call: Call) => Readonly<Record<string, unknown>>

export interface MethodEntry {
  /** Any one of them must be granted. */
  readonly scopes: readonly string[]
  readonly run: Method
}
