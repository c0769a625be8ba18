import { make } from './dom.js'
import { linkTo, renderMrkdwn } from './mrkdwn.js'

/*
 * Block Kit as nodes.
 */

/**
 * @param {readonly any[]} blocks
 * @param {{ names: Map<string, string>, press: (element: any) => void }} context
 */
export function renderBlocks(blocks, context) {
  return blocks.map((block) => {
    const render = renderers[block.type]
    const node = render ? render(block, context) : make('div', { class: 'hint' }, `(a block of type ${block.type})`)
    node.classList.add('block')
    return node
  })
}

export function renderText(text, { names }) {
  if (text.type === 'mrkdwn') return renderMrkdwn(text.text, { names, isVerbatim: text.verbatim })
  return text.text.split('\n').flatMap((line, position) => (position === 0 ? [line] : [make('br'), line]))
}

const renderers = {
  section: (block, context) => {
    const node = make('div', {}, ...(block.text ? renderText(block.text, context) : []))
    if (block.fields) {
      const fields = block.fields.map((field) => make('div', {}, ...renderText(field, context)))
      node.append(make('div', { class: 'fields' }, ...fields))
    }
    if (block.accessory) node.append(make('div', { class: 'actions' }, renderElement(block.accessory, context)))
    return node
  },
  header: (block) => make('div', { class: 'header' }, block.text.text),
  divider: () => make('hr'),
  context: (block, context) =>
    make(
      'div',
      { class: 'context' },
      ...block.elements.flatMap((one, position) => [
        ...(position > 0 ? [' '] : []),
        ...(one.type === 'image' ? [one.alt_text] : renderText(one, context))
      ])
    ),
  actions: (block, context) =>
    make('div', { class: 'actions' }, ...block.elements.map((element) => renderElement(element, context))),
  image: (block) => make('div', { class: 'hint' }, `(picture: ${block.alt_text})`),
  alert: (block, context) =>
    make('div', { class: `alert ${block.level ?? 'default'}` }, ...renderText(block.text, context)),
  markdown: (block) => make('pre', {}, block.text),
  rich_text: (block, context) => make('div', {}, ...block.elements.map((element) => renderRichText(element, context))),
  task_card: (block, context) => make('div', { class: 'plan' }, make('ul', {}, renderTask(block, context))),
  plan: (block, context) =>
    make(
      'div',
      { class: 'plan' },
      make('div', { class: 'plan-title' }, block.title),
      make('ul', {}, ...(block.tasks ?? []).map((task) => renderTask(task, context)))
    )
}

function renderTask(task, context) {
  const more = [task.details, task.output].filter((one) => one !== undefined)
  return make('li', { class: task.status }, task.title, ...more.map((one) => renderers.rich_text(one, context)))
}

function renderElement(element, { press }) {
  if (element.type !== 'button') return make('span', { class: 'hint' }, `(an element of type ${element.type})`)
  const attributes = { class: `button ${element.style ?? ''}`, 'aria-label': element.accessibility_label }
  if (element.url && /^https?:/i.test(element.url)) {
    return make(
      'a',
      { ...attributes, href: element.url, rel: 'noreferrer', onclick: () => press(element) },
      element.text.text
    )
  }
  return make('button', { ...attributes, type: 'button', onclick: () => press(element) }, element.text.text)
}

function renderRichText(element, context) {
  if (element.type === 'rich_text_list') {
    const list = make(element.style === 'ordered' ? 'ol' : 'ul', {})
    list.append(...element.elements.map((one) => make('li', {}, ...richInline(one, context))))
    return list
  }
  const tag = { rich_text_quote: 'blockquote', rich_text_preformatted: 'pre' }[element.type] ?? 'div'
  return make(tag, {}, ...richInline(element, context))
}

function richInline({ elements }, { names }) {
  return elements.map((one) => {
    if (one.type === 'text') return styled(one.text, one.style)
    if (one.type === 'link') return linkTo(one.url, one.text || one.url)
    if (one.type === 'user') return make('span', { class: 'mention' }, `@${names.get(one.user_id) ?? one.user_id}`)
    if (one.type === 'emoji') return one.unicode ? emoji(one.unicode) : `:${one.name}:`
    return one.fallback ?? ''
  })
}

const emoji = (unicode) => String.fromCodePoint(...unicode.split('-').map((one) => Number.parseInt(one, 16)))

function styled(text, style = {}) {
  const tags = { bold: 'b', italic: 'i', strike: 's', code: 'code' }
  return Object.entries(tags).reduce(
    (node, [name, tag]) => (style[name] ? make(tag, {}, node) : node),
    document.createTextNode(text)
  )
}
