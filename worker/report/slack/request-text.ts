import { describeWindow, type ExportRequest, wordsOf } from '../../contract/request.ts'
import { clip, codeText, escapeText, visibleText } from './text.ts'

/*
 * A request in a message: short enough for a phone however much was asked for.
 */

const shownIdentifiers = 3
const identifierLength = 64
const shownCategories = 10
const commandLength = 400

/** Identifiers as mrkdwn: the first ones, and how many more. */
export function namedIdentifiers({ identifiers }: ExportRequest): string {
  const named = identifiers.slice(0, shownIdentifiers).map((one) => codeText(one, identifierLength) || '(unprintable)')
  return named.join(', ') + moreText(identifiers.length - named.length)
}

/** The date, the environment and the options, as mrkdwn. */
export function whereText(request: ExportRequest): string {
  return escapeText([describeWindow(request), request.environment, ...optionsOf(request)].join(' · '))
}

/** The categories by name. */
export function categoriesText({ categories }: ExportRequest): string {
  const named = categories.slice(0, shownCategories)
  return escapeText(named.join(', ') + moreText(categories.length - named.length))
}

/** Everything on one line, not escaped. */
export function namedPlainly(request: ExportRequest): string {
  const { identifiers, categories, environment } = request
  const named = identifiers.slice(0, shownIdentifiers).map((one) => clip(visibleText(one), identifierLength))
  const kinds = categories.slice(0, shownCategories).join(', ') + moreText(categories.length - shownCategories)
  const who = named.join(', ') + moreText(identifiers.length - named.length)
  return [who, kinds, describeWindow(request), environment, ...optionsOf(request)].join(' · ')
}

/** The command that asks for the same again, as code; undefined where it can't be shown whole. */
export function commandText(request: ExportRequest, words = wordsOf(request)): string | undefined {
  const command = `/iot-log ${words.join(' ')}`
  const isExact = command.length <= commandLength && visibleText(command) === command && !command.includes('`')
  return isExact ? codeText(command) : undefined
}

const optionsOf = (request: ExportRequest): string[] => wordsOf(request).slice(4)
const moreText = (more: number): string => (more > 0 ? ` and ${more} more` : '')

export const countOfCategories = ({ categories }: ExportRequest): string =>
  categories.length === 1 ? '1 category' : `${categories.length} categories`
