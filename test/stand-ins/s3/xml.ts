const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'
// biome-ignore lint/suspicious/noControlCharactersInRegex: S3 sends control characters of keys as references
const special = /[&<>"\u0000-\u001f]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const specials = /[&<>"\u0000-\u001f]/g
const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text as XML. A control character becomes a reference that XML 1.0 forbids, as S3 itself sends it. */
export function escapeXml(text: string): string {
  if (!special.test(text)) return text
  return text.replace(specials, (character) => names[character] ?? `&#x${character.charCodeAt(0).toString(16)};`)
}

/** One element with text in it. */
export function element(name: string, text: string | number | boolean): string {
  return `<${name}>${typeof text === 'string' ? escapeXml(text) : text}</${name}>`
}

/** The same, or nothing where there is no value. */
export function optionalElement(name: string, text: string | number | undefined): string {
  return text === undefined ? '' : element(name, text)
}

/** A whole answer: `inside` is XML already. */
export function xmlDocument(root: string, inside: string): string {
  return `${declaration}<${root} xmlns="${namespace}">${inside}</${root}>`
}

/** The body of an error. Unlike the others it has no namespace. */
export function errorDocument(elements: Readonly<Record<string, string>>): string {
  const inside = Object.entries(elements).map(([name, text]) => element(name, text))
  return `${declaration}<Error>${inside.join('')}</Error>`
}
