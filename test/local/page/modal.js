import { renderBlocks } from './blocks.js'
import { make } from './dom.js'

/*
 * Forms and confirmations, as dialogs.
 */

/** Asks whether; resolves with the answer. */
export function confirm({ title, text, confirm: yes, deny: no, style }, names) {
  const { promise, resolve } = Promise.withResolvers()
  const dialog = make(
    'dialog',
    { 'aria-label': title.text },
    make('h2', {}, title.text),
    make('div', {}, ...renderBlocks([{ type: 'section', text }], { names, press: () => {} })),
    make(
      'footer',
      {},
      make('button', { type: 'button', onclick: () => dialog.close('') }, no.text),
      make('button', { type: 'button', class: style ?? 'primary', onclick: () => dialog.close('yes') }, yes.text)
    )
  )
  dialog.addEventListener('close', () => {
    dialog.remove()
    resolve(dialog.returnValue === 'yes')
  })
  document.body.append(dialog)
  dialog.showModal()
  return promise
}

/**
 * A view on the screen.
 * @param {any} modal
 * @param {{ names: Map<string, string>, press: (element: any) => void, submit: (values: object) => Promise<any>, dismiss: () => void }} hands
 */
export function openModal(modal, hands) {
  const dialog = make('dialog', { class: 'modal' })
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    hands.dismiss()
  })
  document.body.append(dialog)
  let shown = modal
  draw(dialog, shown, hands)
  dialog.showModal()
  return {
    update: (changed) => {
      // What a person has typed stays as long as the view is the same.
      if (changed.hash !== shown.hash) draw(dialog, changed, hands)
      shown = changed
      showProblems(dialog, changed.errors)
    },
    close: () => {
      dialog.close()
      dialog.remove()
    }
  }
}

function draw(dialog, { view }, hands) {
  const inputs = new Map()
  const blocks = view.blocks.map((block) =>
    block.type === 'input' ? inputField(block, inputs) : renderBlocks([block], hands)[0]
  )
  const submit = view.submit && make('button', { type: 'submit', class: 'primary' }, view.submit.text)
  const close = make('button', { type: 'button', onclick: hands.dismiss }, view.close?.text ?? 'Cancel')
  const form = make(
    'form',
    {
      novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault()
        if (!submit) return
        submit.disabled = true
        const values = Object.fromEntries([...inputs].map(([id, read]) => [id, read()]))
        const { missing = [], error } = await hands.submit(values)
        submit.disabled = false
        if (missing.length > 0) {
          const text = 'Please complete this required field.'
          showProblems(dialog, Object.fromEntries(missing.map((id) => [id, text])))
        } else if (error) showProblems(dialog, { '': error })
      }
    },
    ...blocks,
    make('p', { class: 'problem', role: 'alert', hidden: true, 'data-block': '' }),
    make('footer', {}, close, ...(submit ? [submit] : []))
  )
  dialog.setAttribute('aria-label', view.title.text)
  dialog.replaceChildren(make('h2', {}, view.title.text), form)
}

function showProblems(dialog, problems) {
  for (const place of dialog.querySelectorAll('.problem')) {
    place.textContent = problems[place.dataset.block] ?? ''
    place.hidden = place.textContent === ''
  }
  dialog.querySelector('.problem:not([hidden])')?.parentElement.scrollIntoView({ block: 'nearest' })
}

function inputField(block, inputs) {
  const { label, hint, element } = block
  const isGroup = ['checkboxes', 'radio_buttons', 'multi_static_select'].includes(element.type)
  const { node, read } = (inputKinds[element.type] ?? inputKinds.plain_text_input)(element)
  inputs.set(element.action_id, read)
  const name = make(
    isGroup ? 'legend' : 'span',
    { class: 'label' },
    label.text,
    ...(block.optional ? [make('span', { class: 'optional' }, ' (optional)')] : [])
  )
  return make(
    isGroup ? 'fieldset' : 'label',
    { class: 'field' },
    name,
    node,
    ...(hint ? [make('span', { class: 'hint' }, hint.text)] : []),
    make('p', { class: 'problem', role: 'alert', hidden: true, 'data-block': block.block_id })
  )
}

const inputKinds = {
  plain_text_input: (element) => {
    const { placeholder, max_length: most, initial_value: value = '', multiline } = element
    const attributes = { placeholder: placeholder?.text, maxlength: most, autocomplete: 'off', autocapitalize: 'off' }
    const node = multiline ? make('textarea', attributes) : make('input', { ...attributes, type: 'text' })
    node.value = value
    return { node, read: () => (node.value === '' ? null : node.value) }
  },
  datepicker: ({ initial_date: value }) => {
    const node = make('input', { type: 'date', value })
    return { node, read: () => node.value || null }
  },
  static_select: (element) => {
    const options = optionsOf(element).map(({ text, value }) =>
      make('option', { value, selected: value === element.initial_option?.value }, text.text)
    )
    const empty = element.initial_option ? [] : [make('option', { value: '' }, element.placeholder?.text ?? 'Choose')]
    const node = make('select', {}, ...empty, ...options)
    return { node, read: () => node.value || null }
  },
  multi_static_select: (element) => choices(element, 'checkbox', element.initial_options ?? []),
  checkboxes: (element) => choices(element, 'checkbox', element.initial_options ?? []),
  radio_buttons: (element) => {
    const { node, read } = choices(element, 'radio', element.initial_option ? [element.initial_option] : [])
    return { node, read: () => read()[0] ?? null }
  }
}

const optionsOf = (element) => element.options ?? (element.option_groups ?? []).flatMap((group) => group.options)

function choices(element, type, initial) {
  const chosen = new Set(initial.map(({ value }) => value))
  const boxes = optionsOf(element).map(({ text, value }) => ({
    value,
    text: text.text,
    box: make('input', { type, name: element.action_id, checked: chosen.has(value) })
  }))
  const titles = new Map((element.option_groups ?? []).map(({ label, options: [first] }) => [first.value, label.text]))
  const lines = boxes.flatMap(({ box, text, value }) => [
    ...(titles.has(value) ? [make('span', { class: 'hint' }, titles.get(value))] : []),
    make('label', { class: 'choice' }, box, ' ', text)
  ])
  const node = make('div', {}, ...lines)
  return { node, read: () => boxes.filter(({ box }) => box.checked).map(({ value }) => value) }
}
