/*
 * From typed text to words and lists. Phones and input methods insert curly quotes, full-width spaces and commas,
 * no-break and zero-width spaces. As delimiters they are read as their plain forms. Text between quotes stays as it is,
 * since it may be the text to search for.
 */

const quotes = '"\u201c\u201d\u201e\u201f\u2033\uff02\u00ab\u00bb'
const escapes = new RegExp(`\\\\([\\\\${quotes}])`, 'gu')
const escapable = new RegExp(`[\\\\${quotes}]`, 'gu')
const commas = ',\uff0c\u3001\ufe10\u2c8c'
const spaces = /[\s\u00a0\u200b\u2060\u3000\ufeff]/u

/** Splits one line of text, as a chat delivers it, at spaces outside quotes. Quotes stay in the words. */
export function splitWords(text: string): string[] {
  const words: string[] = []
  let word = ''
  let isInside = false
  for (let position = 0; position < text.length; position++) {
    const letter = text[position]!
    if (isInside) {
      word += letter
      if (letter === '\\' && isEscapable(text[position + 1])) word += text[++position]
      else if (isQuote(letter)) isInside = false
    } else if (spaces.test(letter)) {
      if (word !== '') words.push(word)
      word = ''
    } else {
      isInside = isQuote(letter) && startsItem(word) && findClosingQuote(text, position + 1) !== undefined
      word += letter
    }
  }
  if (word !== '') words.push(word)
  return words
}

/**
 * Splits one word at commas outside quotes. Quotes around an item are taken off; inside them `\"` and `\\` stand for
 * the letter itself. Empty items (a trailing comma) are dropped. A quote that is never closed is an ordinary letter.
 */
export function splitList(word: string): string[] {
  const items: string[] = []
  let position = 0
  while (position < word.length) {
    const quoted = readQuoted(word, position)
    const end = quoted?.end ?? findComma(word, position)
    const text = quoted?.text ?? trimSpaces(word.slice(position, end))
    if (text !== '' || quoted) items.push(text)
    position = end + 1
  }
  return items
}

/** Takes plain and typographic spaces off both ends. */
export function trimSpaces(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && spaces.test(text[start]!)) start++
  while (end > start && spaces.test(text[end - 1]!)) end--
  return text.slice(start, end)
}

/** Writes an identifier so that {@link splitWords} and {@link splitList} read it back. */
export function quoteItem(text: string): string {
  const needsQuotes =
    text === '' || [...text].some((letter) => spaces.test(letter) || commas.includes(letter) || isQuote(letter))
  return needsQuotes ? `"${text.replace(escapable, '\\$&')}"` : text
}

function readQuoted(word: string, start: number): { text: string; end: number } | undefined {
  let position = start
  while (position < word.length && spaces.test(word[position]!)) position++
  if (position >= word.length || !isQuote(word[position]!)) return undefined
  const closing = findClosingQuote(word, position + 1)
  if (closing === undefined) return undefined
  const end = findComma(word, closing + 1)
  if (trimSpaces(word.slice(closing + 1, end)) !== '') return undefined
  return { text: word.slice(position + 1, closing).replace(escapes, '$1'), end }
}

function findClosingQuote(text: string, start: number): number | undefined {
  for (let position = start; position < text.length; position++) {
    if (text[position] === '\\' && isEscapable(text[position + 1])) position++
    else if (isQuote(text[position]!)) return position
  }
  return undefined
}

function findComma(word: string, start: number): number {
  for (let position = start; position < word.length; position++) if (commas.includes(word[position]!)) return position
  return word.length
}

const isQuote = (letter: string): boolean => quotes.includes(letter)
const isEscapable = (letter: string | undefined): boolean =>
  letter !== undefined && (letter === '\\' || isQuote(letter))
const startsItem = (word: string): boolean => word === '' || commas.includes(word.at(-1)!)
