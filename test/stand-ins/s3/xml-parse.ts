import { s3Error } from './errors.ts'

/** An element of a request's body. */
export interface XmlElement {
  readonly name: string
  readonly text: string
  readonly children: readonly XmlElement[]
}

const tokens = /<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y
const prolog = /^\uFEFF?\s*(?:<\?xml\s[^?]*\?>)?\s*/
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Parses a small XML document whose root has the given name. Comments, CDATA and DTDs are refused, as is all else that is wrong. */
export function parseXml(document: string, root: string): XmlElement {
  const parsed = readElements(document)
  if (parsed.name !== root) throw s3Error('MalformedXML')
  return parsed
}

/** The text of the only child of that name; undefined where there is none. */
export function childText(parent: XmlElement, name: string): string | undefined {
  const found = parent.children.filter((child) => child.name === name)
  if (found.length > 1) throw s3Error('MalformedXML')
  return found[0]?.text
}

interface OpenElement {
  readonly name: string
  text: string
  readonly children: OpenElement[]
}

function readElements(document: string): XmlElement {
  const open: OpenElement[] = [{ name: '', text: '', children: [] }]
  tokens.lastIndex = prolog.exec(document)![0].length
  while (tokens.lastIndex < document.length) {
    const token = tokens.exec(document)
    if (!token) throw s3Error('MalformedXML')
    const [, closing, name, , selfClosing, text] = token
    const current = open.at(-1)!
    if (text !== undefined) current.text += decodeEntities(text)
    else if (closing) {
      if (current.name !== name) throw s3Error('MalformedXML')
      open.pop()
    } else {
      const element: OpenElement = { name: name!, text: '', children: [] }
      current.children.push(element)
      if (!selfClosing) open.push(element)
    }
    if (open.length === 0) throw s3Error('MalformedXML')
  }
  const [top] = open
  if (open.length !== 1 || top!.children.length !== 1 || top!.text.trim() !== '') throw s3Error('MalformedXML')
  return top!.children[0]!
}

function decodeEntities(text: string): string {
  return text.replace(/&([^;&]*)(;?)/g, (_whole, name: string, end: string) => {
    const code = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name)
    if (code && end) return String.fromCodePoint(Number.parseInt(code[1] ?? code[2]!, code[1] ? 16 : 10))
    if (!end || entities[name] === undefined) throw s3Error('MalformedXML')
    return entities[name]
  })
}
