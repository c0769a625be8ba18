import {
  all,
  type Check,
  flag,
  integer,
  isRecord,
  list,
  matching,
  oneOf,
  optional,
  required,
  shape,
  text
} from './checks.ts'
import { anyText, confirm, initialAmongOptions, option, optionGroup, plainText, webUrl } from './composition.ts'

/*
 * What can be pressed, chosen or typed into: https://docs.slack.dev/reference/block-kit/block-elements
 */

const actionId = { action_id: optional(text(255)) }
const focus = { focus_on_load: optional(flag) }
const placeholder = { placeholder: optional(plainText(150)) }
const confirmed = { confirm: optional(confirm) }
const dispatch = {
  dispatch_action_config: optional(
    shape({ trigger_actions_on: required(list(oneOf('on_enter_pressed', 'on_character_entered'), 2)) })
  )
}

const choices = {
  options: optional(list(option, 100)),
  option_groups: optional(list(optionGroup(list(option, 100)), 100))
}
const hasChoices: Check = (value, at, report) => {
  if (isRecord(value) && (value.options === undefined) === (value.option_groups === undefined)) {
    report('must provide either options or option_groups', at)
  }
}

const select = { ...actionId, ...focus, ...placeholder, ...confirmed }
const several = { max_selected_items: optional(integer(1, 100)) }
const date = matching(/^\d{4}-\d\d-\d\d$/, 'must be a date in the format YYYY-MM-DD')
const time = matching(/^\d\d:\d\d$/, 'must be a time in the format HH:mm')

export const imageElement: Check = shape({
  image_url: required(webUrl),
  alt_text: required(text(2000))
})

export const button: Check = shape({
  ...actionId,
  ...confirmed,
  text: required(plainText(75)),
  value: optional(text(2000, 0)),
  url: optional(webUrl),
  style: optional(oneOf('primary', 'danger')),
  accessibility_label: optional(text(75))
})

const selects: Readonly<Record<string, Check>> = {
  static_select: all(
    shape({ ...select, ...choices, initial_option: optional(option) }),
    hasChoices,
    initialAmongOptions
  ),
  multi_static_select: all(
    shape({ ...select, ...several, ...choices, initial_options: optional(list(option, 100)) }),
    hasChoices,
    initialAmongOptions
  ),
  users_select: shape({ ...select, initial_user: optional(text(255)) }),
  conversations_select: shape({
    ...select,
    initial_conversation: optional(text(255)),
    default_to_current_conversation: optional(flag),
    response_url_enabled: optional(flag),
    filter: optional(
      shape({
        include: optional(list(oneOf('im', 'mpim', 'private', 'public'), 4)),
        exclude_external_shared_channels: optional(flag),
        exclude_bot_users: optional(flag)
      })
    )
  }),
  channels_select: shape({ ...select, initial_channel: optional(text(255)), response_url_enabled: optional(flag) })
}

const pickers: Readonly<Record<string, Check>> = {
  datepicker: shape({ ...select, initial_date: optional(date) }),
  timepicker: shape({ ...select, initial_time: optional(time), timezone: optional(text(255)) }),
  checkboxes: all(
    shape({
      ...actionId,
      ...focus,
      ...confirmed,
      options: required(list(option, 10)),
      initial_options: optional(list(option, 10))
    }),
    initialAmongOptions
  ),
  radio_buttons: all(
    shape({
      ...actionId,
      ...focus,
      ...confirmed,
      options: required(list(option, 10)),
      initial_option: optional(option)
    }),
    initialAmongOptions
  )
}

const inputs: Readonly<Record<string, Check>> = {
  plain_text_input: shape({
    ...actionId,
    ...focus,
    ...placeholder,
    ...dispatch,
    initial_value: optional(text(3000, 0)),
    multiline: optional(flag),
    min_length: optional(integer(0, 3000)),
    max_length: optional(integer(1, 3000))
  }),
  number_input: shape({
    ...actionId,
    ...focus,
    ...placeholder,
    ...dispatch,
    is_decimal_allowed: required(flag),
    initial_value: optional(text(255)),
    min_value: optional(text(255)),
    max_value: optional(text(255))
  })
}

const overflow: Check = shape({ ...actionId, ...confirmed, options: required(list(option, 5)) })

/** What an `actions` block may hold. */
export const actionElements: Readonly<Record<string, Check>> = { button, overflow, ...selects, ...pickers }
/** What may stand beside the text of a `section`. */
export const accessories: Readonly<Record<string, Check>> = { ...actionElements, image: imageElement }
/** What an `input` block may hold. */
export const inputElements: Readonly<Record<string, Check>> = { ...inputs, ...selects, ...pickers }
/** What a `context` block may hold. */
export const contextElements: Readonly<Record<string, Check>> = {
  image: imageElement,
  plain_text: anyText(3000),
  mrkdwn: anyText(3000)
}
