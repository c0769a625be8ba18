import { byType, type Check, flag, isRecord, matching, oneOf, optional, required, shape, text } from './checks.ts'

/*
 * The parts that blocks and elements are made of: https://docs.slack.dev/reference/block-kit/composition-objects
 */

export const plainText = (maxLength: number): Check =>
  byType({ plain_text: shape({ text: required(text(maxLength)), emoji: optional(flag) }) })

export const anyText = (maxLength: number): Check =>
  byType({
    plain_text: shape({ text: required(text(maxLength)), emoji: optional(flag) }),
    mrkdwn: shape({ text: required(text(maxLength)), verbatim: optional(flag) })
  })

export const webUrl = matching(/^(?:https?|mailto|slack):/, 'must be a valid URL')

export const confirm: Check = shape({
  title: required(plainText(100)),
  text: required(anyText(300)),
  confirm: required(plainText(30)),
  deny: required(plainText(30)),
  style: optional(oneOf('primary', 'danger'))
})

export const option: Check = shape({
  text: required(anyText(75)),
  value: required(text(150)),
  description: optional(anyText(75)),
  url: optional(webUrl)
})

export const optionGroup = (options: Check): Check =>
  shape({ label: required(plainText(75)), options: required(options) })

/** A selection that is made from the start must be one of the options, to the letter. */
export const initialAmongOptions: Check = (value, at, report) => {
  if (!isRecord(value)) return
  const groups = Array.isArray(value.option_groups) ? value.option_groups : []
  const offered = [value.options, ...groups.map((group) => (isRecord(group) ? group.options : []))].flat()
  const known = new Set(offered.map((one) => JSON.stringify(isRecord(one) ? one.value : one)))
  const chosen = value.initial_option === undefined ? value.initial_options : [value.initial_option]
  if (!Array.isArray(chosen)) return
  chosen.forEach((one, position) => {
    if (isRecord(one) && !known.has(JSON.stringify(one.value))) {
      const place = value.initial_option === undefined ? `initial_options/${position}` : 'initial_option'
      report('must match one of the options', `${at}/${place}`)
    }
  })
}
