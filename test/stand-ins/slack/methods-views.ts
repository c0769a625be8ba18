import { refusalWithProblems, SlackApiError } from './api-error.ts'
import { missing, optionalJson, optionalText, requiredText } from './arguments.ts'
import { problemsOfView } from './blocks/blocks.ts'
import { isRecord } from './blocks/checks.ts'
import type { Call, MethodEntry } from './call.ts'
import type { Modal, Workspace } from './workspace.ts'

/*
 * views.open and views.update
 */

export const viewMethods: Readonly<Record<string, MethodEntry>> = {
  'views.open': { scopes: [], run: open },
  'views.update': { scopes: [], run: update }
}

/** https://docs.slack.dev/reference/methods/views.open: `view_too_large` */
const maxViewBytes = 250_000

function open(call: Call): Record<string, unknown> {
  const trigger = requiredText(call.args, 'trigger_id')
  const view = readView(call)
  const user = call.triggers.exchange(trigger)
  return { view: viewObject(call.workspace, call.workspace.openModal(user, view)) }
}

function update(call: Call): Record<string, unknown> {
  const { workspace, args } = call
  const view = readView(call)
  const id = optionalText(args, 'view_id')
  const externalId = optionalText(args, 'external_id')
  if (id === undefined && externalId === undefined) throw missing('view_id')
  const modal = workspace.modals.findLast((one) => one.isOpen && (one.id === id || one.view.external_id === externalId))
  if (!modal) throw new SlackApiError('not_found')
  const hash = optionalText(args, 'hash')
  if (hash !== undefined && hash !== modal.hash) throw new SlackApiError('hash_conflict')
  workspace.changeModal(modal, { view })
  return { view: viewObject(workspace, modal) }
}

function readView({ args }: Call): Record<string, unknown> {
  const view = optionalJson(args, 'view')
  if (view === undefined) throw missing('view')
  checkView(view)
  return view as Record<string, unknown>
}

/** @throws SlackApiError `invalid_arguments` or `view_too_large` */
export function checkView(view: unknown): asserts view is Record<string, unknown> {
  const problems = isRecord(view) ? problemsOfView(view) : ['must be an object [json-pointer:/view]']
  if (problems.length > 0) throw refusalWithProblems('invalid_arguments', problems)
  if (JSON.stringify(view).length > maxViewBytes) throw new SlackApiError('view_too_large')
}

/** A modal as the API and the payloads show it. */
export function viewObject({ team, app }: Workspace, modal: Modal, values: object = {}): Record<string, unknown> {
  return {
    id: modal.id,
    team_id: team.id,
    type: 'modal',
    private_metadata: '',
    callback_id: '',
    submit: null,
    close: null,
    clear_on_close: false,
    notify_on_close: false,
    external_id: '',
    ...modal.view,
    state: { values },
    hash: modal.hash,
    previous_view_id: null,
    root_view_id: modal.id,
    app_id: app.id,
    app_installed_team_id: team.id,
    bot_id: app.botId
  }
}
