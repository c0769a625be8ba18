import { byType, type Check, flag, integer, list, oneOf, optional, required, shape, text } from './checks.ts'
import { webUrl } from './composition.ts'

/*
 * https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
 */

const style = {
  style: optional(
    shape({
      bold: optional(flag),
      italic: optional(flag),
      strike: optional(flag),
      code: optional(flag),
      underline: optional(flag)
    })
  )
}
const styled = (fields: Parameters<typeof shape>[0]): Check => shape({ ...fields, ...style })
const long = 12_000

const inline: Readonly<Record<string, Check>> = {
  text: styled({ text: required(text(long)) }),
  link: styled({ url: required(webUrl), text: optional(text(long, 0)), unsafe: optional(flag) }),
  emoji: styled({ name: required(text(255)), unicode: optional(text(255)), url: optional(webUrl) }),
  user: styled({ user_id: required(text(255)) }),
  channel: styled({ channel_id: required(text(255)) }),
  usergroup: styled({ usergroup_id: required(text(255)) }),
  team: styled({ team_id: required(text(255)) }),
  broadcast: styled({ range: required(oneOf('here', 'channel', 'everyone')) }),
  color: styled({ value: required(text(255)) }),
  date: styled({
    timestamp: required(integer(0, 2 ** 40)),
    format: required(text(255)),
    url: optional(webUrl),
    fallback: optional(text(255))
  })
}

const inlines = list(byType(inline), 1000, 0)
const border = { border: optional(integer(0, 1)) }
const section = shape({ elements: required(inlines) })

export const richText: Check = shape({
  block_id: optional(text(255)),
  elements: required(
    list(
      byType({
        rich_text_section: section,
        rich_text_list: shape({
          ...border,
          style: required(oneOf('bullet', 'ordered')),
          indent: optional(integer(0, 8)),
          offset: optional(integer(0, 10_000)),
          elements: required(list(byType({ rich_text_section: section }), 1000))
        }),
        rich_text_quote: shape({ ...border, elements: required(inlines) }),
        rich_text_preformatted: shape({
          ...border,
          language: optional(text(255)),
          elements: required(list(byType({ text: inline.text!, link: inline.link! }), 1000, 0))
        })
      }),
      1000
    )
  )
})

/** A rich text inside another block, with its type. */
export const richTextObject: Check = byType({ rich_text: richText })
