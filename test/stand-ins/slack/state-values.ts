import type { Block, Modal } from './workspace.ts'

/** What a person typed or chose, by `action_id`: a date as `YYYY-MM-DD`, a choice as its `value`, several as a list. */
export type FormValues = Readonly<Record<string, string | readonly string[] | null>>

type Option = Readonly<Record<string, unknown>>
type Element = Readonly<Record<string, unknown>> & { readonly type: string; readonly action_id: string }

export interface FormState {
  /** `view.state.values`: by block id, then action id. */
  readonly values: Record<string, Record<string, unknown>>
  /** The block ids of what must be filled in and is not: Slack's client does not submit then. */
  readonly missing: readonly string[]
}

/** The state of a modal with the values; other fields keep what the app set. @throws for a value that can't be chosen */
export function formState(modal: Modal, typed: FormValues): FormState {
  const known = new Set<string>()
  const values: Record<string, Record<string, unknown>> = {}
  const missing: string[] = []
  for (const block of modal.view.blocks) {
    for (const element of elementsOf(block)) {
      known.add(element.action_id)
      const state = stateOf(element, typed[element.action_id])
      values[block.block_id!] = { ...values[block.block_id!], [element.action_id]: state }
      if (block.type === 'input' && block.optional !== true && isEmpty(state)) missing.push(block.block_id!)
    }
  }
  const unknown = Object.keys(typed).filter((id) => !known.has(id))
  if (unknown.length > 0) throw new Error(`The modal has no ${unknown.join(', ')}; it has ${[...known].join(', ')}`)
  return { values, missing }
}

function elementsOf(block: Block): Element[] {
  if (block.type === 'input') return [block.element as Element]
  const inside = block.type === 'actions' ? (block.elements as Element[]) : [block.accessory as Element | undefined]
  return inside.filter((one): one is Element => one !== undefined && one.type !== 'button' && one.type !== 'image')
}

function stateOf(element: Element, typed: FormValues[string] | undefined): Record<string, unknown> {
  const { type } = element
  const one = typed === undefined ? undefined : Array.isArray(typed) ? (typed[0] ?? null) : (typed as string | null)
  const many = typed === undefined ? undefined : typed === null ? [] : [typed].flat()
  const given = (initial: string, key: string): Record<string, unknown> => ({
    type,
    [key]: one === undefined ? (element[initial] ?? null) : one
  })
  switch (type) {
    case 'datepicker':
      return given('initial_date', 'selected_date')
    case 'timepicker':
      return given('initial_time', 'selected_time')
    case 'users_select':
      return given('initial_user', 'selected_user')
    case 'conversations_select':
      return given('initial_conversation', 'selected_conversation')
    case 'channels_select':
      return given('initial_channel', 'selected_channel')
    case 'static_select':
    case 'radio_buttons': {
      const chosen = one === undefined ? (element.initial_option ?? null) : one === null ? null : optionOf(element, one)
      return { type, selected_option: chosen }
    }
    case 'multi_static_select':
    case 'checkboxes':
      return {
        type,
        selected_options:
          many === undefined ? (element.initial_options ?? []) : many.map((value) => optionOf(element, value))
      }
    default:
      return given('initial_value', 'value')
  }
}

function optionOf(element: Element, value: string): Option {
  const groups = (element.option_groups ?? []) as readonly { options: Option[] }[]
  const options = [...((element.options ?? []) as Option[]), ...groups.flatMap((group) => group.options)]
  const found = options.find((option) => option.value === value)
  if (found) return found
  throw new Error(`${element.action_id} has no option ${value}; it has ${options.map((one) => one.value).join(', ')}`)
}

function isEmpty(state: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(state).some(
    ([key, value]) => key !== 'type' && (value === null || value === '' || (Array.isArray(value) && value.length === 0))
  )
}
