import type { Problem } from './errors.ts'
import { nearest } from './nearest.ts'

/** What is wrong with the value of a key. */
export function problemAt(key: string, value: unknown, text: string): Problem {
  const shown = value === undefined ? 'missing' : JSON.stringify(value)
  return { subject: key, text: `${key || 'the configuration'}: ${shown}: ${text}` }
}

/** A problem for each name that is not among the known ones. `kind` is what they name: `category`. */
export function unknownNames(key: string, names: readonly string[], kind: string, known: readonly string[]): Problem[] {
  const unknown = names.filter((name) => !known.includes(name))
  return unknown.map((name) => problemAt(key, name, `no such ${kind}${suggestion(name, known)}`))
}

/** The end of a text about a wrong word: the nearest known one, or all of them. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  return near === undefined ? `; known: ${known.join(', ')}` : `; did you mean "${near}"?`
}
