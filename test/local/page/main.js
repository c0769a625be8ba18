import { renderBlocks } from './blocks.js'
import { act, make } from './dom.js'
import { confirm, openModal } from './modal.js'
import { renderMrkdwn } from './mrkdwn.js'

/*
 * One person before one channel. What there is comes as server-sent events; what they do goes out as POSTs.
 */

const [channels, viewers, list, notice, composer, text] = [
  'channel',
  'viewer',
  'messages',
  'notice',
  'composer',
  'text'
].map((id) => document.getElementById(id))
const address = new URLSearchParams(location.search)
const state = { viewer: address.get('user'), channel: address.get('channel'), messages: new Map(), names: new Map() }
const dialogs = new Map()
const said = []
let events

function connect() {
  events?.close()
  events = new EventSource(`/events?user=${encodeURIComponent(state.viewer ?? '')}`)
  const on = (name, take) => events.addEventListener(name, ({ data }) => take(JSON.parse(data)))
  on('snapshot', takeSnapshot)
  on('channels', fillChannels)
  on('message', takeMessage)
  on('modal', takeModal)
  events.addEventListener('error', () => showProblem('The local system does not answer.'))
}

function takeSnapshot({ viewer, users, channels: all, messages, modals }) {
  showProblem('')
  state.viewer = viewer
  state.names = new Map([...users.map(({ id, name }) => [id, name]), ...all.map(({ id, name }) => [id, name])])
  viewers.replaceChildren(
    ...users.map(({ id, realName }) => make('option', { value: id, selected: id === viewer }, realName))
  )
  fillChannels(all)
  state.messages = new Map(messages.map((message) => [keyOf(message), message]))
  showChannel()
  for (const { close } of dialogs.values()) close()
  dialogs.clear()
  modals.forEach(takeModal)
}

function fillChannels(all) {
  if (!all.some(({ id }) => id === state.channel)) state.channel = all[0]?.id
  channels.replaceChildren(
    ...all.map(({ id, name, isDirect }) =>
      make('option', { value: id, selected: id === state.channel }, `${isDirect ? '@' : '#'} ${name}`)
    )
  )
}

const keyOf = ({ channel, ts }) => `m-${channel}-${ts.replace('.', '-')}`

function showChannel() {
  const shown = [...state.messages.values()].filter(({ channel }) => channel === state.channel)
  list.replaceChildren(...shown.map(renderMessage))
  list.scrollTop = list.scrollHeight
}

function takeMessage(message) {
  const key = keyOf(message)
  if (message.isDeleted) state.messages.delete(key)
  else state.messages.set(key, message)
  if (message.channel !== state.channel) return
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40
  const old = document.getElementById(key)
  if (message.isDeleted) old?.remove()
  else if (old) old.replaceWith(renderMessage(message))
  else list.append(renderMessage(message))
  if (isAtEnd) list.scrollTop = list.scrollHeight
}

function renderMessage(message) {
  const { author, isApp, isEphemeral, isEdited, ts, blocks, files } = message
  const context = { names: state.names, press: (element) => press(message, element) }
  const said = new Date(Number(ts) * 1000)
  const time = said.toLocaleTimeString('en-US', { hour: 'numeric', minute: '2-digit' })
  return make(
    'article',
    { id: keyOf(message), class: [isEphemeral && 'ephemeral', isApp && 'app'].filter(Boolean).join(' ') },
    ...(isEphemeral ? [make('div', { class: 'ephemeral-note' }, 'Only visible to you')] : []),
    make('div', { class: 'avatar', 'aria-hidden': 'true' }, author[0].toUpperCase()),
    make(
      'div',
      {},
      make(
        'div',
        { class: 'byline' },
        make('b', {}, author),
        ...(isApp ? [make('span', { class: 'badge' }, 'APP')] : []),
        make('time', { datetime: said.toISOString() }, time)
      ),
      ...(blocks.length > 0 ? renderBlocks(blocks, context) : renderMrkdwn(message.text, context)),
      ...files.map(({ name, title }) => make('div', { class: 'hint' }, `File: ${title} (${name})`)),
      ...(isEdited ? [make('span', { class: 'edited' }, '(edited)')] : [])
    )
  )
}

async function press({ channel, ts }, element) {
  if (element.confirm && !(await confirm(element.confirm, state.names))) return
  const clicked = { user: state.viewer, channel, ts, actionId: element.action_id }
  showFailure(await act('click', clicked))
}

function takeModal(modal) {
  const shown = dialogs.get(modal.id)
  if (!modal.isOpen) {
    shown?.close()
    dialogs.delete(modal.id)
  } else if (shown) shown.update(modal)
  else dialogs.set(modal.id, openModal(modal, handsOf(modal)))
}

function handsOf({ id }) {
  const mine = () => ({ user: state.viewer, modal: id })
  return {
    names: state.names,
    press: async (element) => {
      if (element.confirm && !(await confirm(element.confirm, state.names))) return
      showFailure(await act('press', { ...mine(), actionId: element.action_id }))
    },
    submit: (values) => act('submit', { ...mine(), values }),
    dismiss: () => act('dismiss', mine())
  }
}

function showFailure({ error, failure }) {
  if (error) showProblem(error)
  else showProblem(failure ? `That did not work: ${failure}` : '')
}

function showProblem(problem) {
  notice.textContent = problem
  notice.hidden = problem === ''
}

composer.addEventListener('submit', async (event) => {
  event.preventDefault()
  const typed = text.value.trim()
  if (typed === '') return
  said.push(typed)
  text.value = ''
  showFailure(await act('say', { user: state.viewer, channel: state.channel, text: typed }))
})

/** Enter sends, as long as no word is being composed; arrow up brings back what was sent last. */
text.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault()
    composer.requestSubmit()
  } else if (event.key === 'ArrowUp' && text.value === '' && said.length > 0) {
    event.preventDefault()
    text.value = said.at(-1)
  }
})

channels.addEventListener('change', () => {
  state.channel = channels.value
  showChannel()
})

viewers.addEventListener('change', () => {
  state.viewer = viewers.value
  connect()
})

connect()
