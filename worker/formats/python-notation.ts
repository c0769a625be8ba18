import type { FieldValue } from './format.ts'

/*
 * Objects as JSON or as Python prints them (`{u'name': "O'Brien", 'ok': True}`), which Pexip mixes. Read by their own
 * rules: turning apostrophes into quotes would break every value that holds one.
 */

const maxDepth = 64
const literals: ReadonlyMap<string, FieldValue> = new Map<string, FieldValue>([
  ['True', true],
  ['False', false],
  ['None', null],
  ['true', true],
  ['false', false],
  ['null', null]
])
const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const word = /[A-Za-z]+/y
const stringStart = /[uUbB]?(['"])/y
const simpleEscapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

/** The object or list that a text is, or undefined when it is none. */
export function readNotation(text: string): FieldValue | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined
  try {
    return JSON.parse(text) as FieldValue
  } catch {
    const reader = new NotationReader(text)
    return reader.read()
  }
}

class Unreadable extends Error {}

class NotationReader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): FieldValue | undefined {
    try {
      const value = this.#value()
      return this.#peek() === undefined ? value : undefined
    } catch (error) {
      if (error instanceof Unreadable) return undefined
      throw error
    }
  }

  #value(): FieldValue {
    const character = this.#peek()
    if (character === '{') return this.#nested(() => this.#object())
    if (character === '[') return this.#nested(() => this.#list(']'))
    if (character === '(') return this.#nested(() => this.#list(')'))
    stringStart.lastIndex = this.#at
    if (stringStart.test(this.#text)) return this.#string()
    const digits = this.#match(number)
    if (digits !== undefined) return Number(digits)
    const literal = literals.get(this.#match(word) ?? '')
    if (literal === undefined) throw new Unreadable()
    return literal
  }

  #nested(read: () => FieldValue): FieldValue {
    if (++this.#depth > maxDepth) throw new Unreadable()
    this.#at++
    const value = read()
    this.#depth--
    return value
  }

  #object(): FieldValue {
    const entries: [string, FieldValue][] = []
    while (!this.#takes('}')) {
      const key = this.#value()
      if (!this.#takes(':')) throw new Unreadable()
      entries.push([String(key), this.#value()])
      if (!this.#takes(',') && this.#peek() !== '}') throw new Unreadable()
    }
    return Object.fromEntries(entries)
  }

  #list(end: string): FieldValue {
    const values: FieldValue[] = []
    while (!this.#takes(end)) {
      values.push(this.#value())
      if (!this.#takes(',') && this.#peek() !== end) throw new Unreadable()
    }
    return values
  }

  #string(): string {
    const quote = this.#match(stringStart)!.at(-1)!
    let value = ''
    for (;;) {
      const character = this.#text[this.#at++]
      if (character === undefined) throw new Unreadable()
      if (character === quote) return value
      value += character === '\\' ? this.#escape() : character
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at++]
    const digits = letter === 'x' ? 2 : letter === 'u' ? 4 : letter === 'U' ? 8 : 0
    if (letter === undefined) throw new Unreadable()
    if (digits === 0) return simpleEscapes[letter] ?? (/['"\\/]/.test(letter) ? letter : `\\${letter}`)
    const code = this.#text.slice(this.#at, this.#at + digits)
    if (code.length < digits || !/^[0-9a-fA-F]+$/.test(code) || Number.parseInt(code, 16) > 0x10ffff)
      throw new Unreadable()
    this.#at += digits
    return String.fromCodePoint(Number.parseInt(code, 16))
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match) this.#at = pattern.lastIndex
    return match?.[0]
  }

  #takes(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at++
    return true
  }

  /** The next character that is no space. */
  #peek(): string | undefined {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
    return this.#text[this.#at]
  }
}
