import { make } from './dom.js'

/*
 * Slack's mrkdwn as nodes: https://docs.slack.dev/messaging/formatting-message-text. Nothing is ever parsed as HTML.
 */

const before = String.raw`(?<![\p{L}\p{N}])`
const after = String.raw`(?![\p{L}\p{N}])`
const span = (mark) => `${before}[${mark}](?=\\S)([^${mark}\\n]*?\\S)[${mark}]${after}`
const tokens = new RegExp(
  [
    '```([\\s\\S]+?)```',
    '`([^`\\n]+)`',
    '<([^<>]+)>',
    span('*'),
    span('_'),
    span('~'),
    String.raw`(https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)])`
  ].join('|'),
  'gu'
)

/**
 * @param {string} text
 * @param {{ names: Map<string, string>, isVerbatim?: boolean }} context names by the ids of people and channels
 */
export function renderMrkdwn(text, context) {
  const nodes = []
  for (const part of text.split(/(```[\s\S]+?```)/)) {
    if (part.startsWith('```')) nodes.push(...inline(part, context))
    else nodes.push(...quotedLines(part, context))
  }
  return nodes
}

/** Lines that begin with `>` are quotes. */
function quotedLines(text, context) {
  const nodes = []
  let wasQuote = true
  for (const [position, line] of text.split('\n').entries()) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line)
    if (position > 0 && !quote && !wasQuote) nodes.push(make('br'))
    if (quote) nodes.push(make('blockquote', {}, ...inline(quote[1], context)))
    else nodes.push(...inline(line, context))
    wasQuote = quote !== null
  }
  return nodes
}

function inline(text, context) {
  const nodes = []
  let end = 0
  for (const match of text.matchAll(tokens)) {
    const [whole, block, code, reference, bold, italic, struck, url] = match
    if (url !== undefined && context.isVerbatim) continue
    nodes.push(decode(text.slice(end, match.index)))
    if (block !== undefined) nodes.push(make('pre', {}, decode(block.replace(/^\n|\n$/g, ''))))
    else if (code !== undefined) nodes.push(make('code', {}, decode(code)))
    else if (reference !== undefined) nodes.push(referenceNode(reference, context))
    else if (bold !== undefined) nodes.push(make('b', {}, ...inline(bold, context)))
    else if (italic !== undefined) nodes.push(make('i', {}, ...inline(italic, context)))
    else if (struck !== undefined) nodes.push(make('s', {}, ...inline(struck, context)))
    else nodes.push(linkTo(decode(url), decode(url)))
    end = match.index + whole.length
  }
  nodes.push(decode(text.slice(end)))
  return nodes.filter((node) => node !== '')
}

const entities = { '&amp;': '&', '&lt;': '<', '&gt;': '>' }
const decode = (text) => text.replace(/&(?:amp|lt|gt);/g, (entity) => entities[entity])

/** What stands between `<` and `>`. */
function referenceNode(reference, { names }) {
  const bar = reference.indexOf('|')
  const target = bar < 0 ? reference : reference.slice(0, bar)
  const label = bar < 0 ? undefined : decode(reference.slice(bar + 1))
  if (target.startsWith('@')) return mention(`@${names.get(target.slice(1)) ?? label ?? target.slice(1)}`)
  if (target.startsWith('#')) return mention(`#${names.get(target.slice(1)) ?? label ?? target.slice(1)}`)
  if (target.startsWith('!date^')) return dateNode(target, label)
  if (target.startsWith('!')) return mention(`@${target.slice(1)}`)
  return linkTo(decode(target), label ?? decode(target))
}

const mention = (text) => make('span', { class: 'mention' }, text)

/** A link, or its text where it leads nowhere that is safe. */
export function linkTo(url, text) {
  if (!/^(?:https?|mailto):/i.test(url)) return document.createTextNode(text)
  const permalink = /\/archives\/([A-Z0-9]+)\/p(\d{10})(\d{6})$/.exec(url)
  // A message of this page.
  if (permalink) return make('a', { href: `#m-${permalink[1]}-${permalink[2]}-${permalink[3]}` }, text)
  return make('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, text)
}

const dayMs = 86_400_000
const formats = {
  date_num: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date: { year: 'numeric', month: 'long', day: 'numeric' },
  date_short: { year: 'numeric', month: 'short', day: 'numeric' },
  date_long: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
  time: { hour: 'numeric', minute: '2-digit' },
  time_secs: { hour: 'numeric', minute: '2-digit', second: '2-digit' }
}

/** `!date^seconds^{date_short_pretty} {time}`, in the reader's time zone. */
function dateNode(target, fallback) {
  const [, seconds, format, url] = target.split('^')
  const moment = new Date(Number(seconds) * 1000)
  if (Number.isNaN(moment.getTime()) || !format) return document.createTextNode(fallback ?? target)
  const text = decode(format).replace(/\{(\w+)\}/g, (whole, name) => dateText(moment, name) ?? whole)
  return url === undefined ? make('time', { datetime: moment.toISOString() }, text) : linkTo(decode(url), text)
}

function dateText(moment, name) {
  if (name.endsWith('_pretty')) {
    const days = Math.round((new Date(moment).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / dayMs)
    const word = { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' }[days]
    return word ?? dateText(moment, name.slice(0, -'_pretty'.length))
  }
  const format = formats[name]
  return format === undefined ? undefined : new Intl.DateTimeFormat('en-US', format).format(moment)
}
