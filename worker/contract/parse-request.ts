import type { Category, Config, Environment } from './config.ts'
import { type Problem, ProblemsError } from './errors.ts'
import { nearest } from './nearest.ts'
import { placesOf, readWhen, rejectArrival } from './parse-when.ts'
import type { Reading } from './reading.ts'
import type { ExportRequest } from './request.ts'
import { defaultOf, type RequestOptions, requestOptions, valuesOf } from './request-options.ts'
import { isoSeconds } from './window.ts'
import { quoteItem, splitList, trimSpaces } from './words.ts'

/*
 * The request language, the same in a chat and in a terminal:
 *   <identifier>[,<identifier>…] <category>[,<category>…] <date> [environment] [option=value …]
 * `since=2h` may stand for the date, there or behind it.
 * Each word is read on its own, so that all mistakes can be reported at once.
 */

const minIdentifierLength = 3
const maxIdentifierLength = 256
const exampleIdentifier = 'THING00001'

/**
 * Reads the words of a request. A word is never split at spaces: a shell has done that, and `splitWords` does it for a
 * line of a chat.
 * @throws ProblemsError (`wrong-words`) with every mistake and, as `correction`, the corrected words.
 */
export function parseRequest(words: readonly string[], config: Config, nowMs: number): ExportRequest {
  const trimmed = words.map(trimSpaces).filter((word) => word !== '')
  const swapped = swapProblems(trimmed, config)
  const { first, second, rest, ...dates } = placesOf(trimmed)
  const [identifierWord, categoryWord] = swapped.length > 0 ? [second, first] : [first, second]
  const tail = readTail(rest, config)
  const environment = tail.environment.value ?? config.environments.get(config.defaultEnvironment)!
  const identifiers = readIdentifiers(identifierWord, config.limits.maxIdentifiers)
  const categories = readCategories(categoryWord, environment)
  const isByEvent = tail.chosen.window === 'event'
  const when = readWhen(dates, config, nowMs, isByEvent ? [] : (categories.value ?? []))
  const options = when.isByTime ? tail.options.map(rejectArrival) : tail.options
  const readings = [identifiers, categories, when, tail.environment, ...options]
  const problems = [...swapped, ...readings.flatMap((reading) => reading.problems)]
  if (problems.length > 0 || !identifiers.value || !categories.value || !when.value) {
    const correction = readings.map((reading) => reading.corrected).filter((word) => word !== '')
    throw new ProblemsError('wrong-words', problems, correction)
  }
  const names = categories.value.map((category) => category.name)
  return {
    identifiers: identifiers.value,
    categories: names,
    from: isoSeconds(when.value.fromMs),
    to: isoSeconds(when.value.toMs),
    environment: environment.name,
    ...tail.chosen,
    ...(when.isByTime && { window: 'event' as const })
  }
}

/** People swap identifier and category. If they clearly did, this reports it, and parseRequest swaps the words. */
function swapProblems([first, second]: readonly string[], config: Config): Problem[] {
  const environment = config.environments.get(config.defaultEnvironment)!
  const areCategories = (word: string | undefined): boolean =>
    word !== undefined && splitList(word).every((item) => findCategories(item, environment).length > 0)
  if (!areCategories(first) || second === undefined || areCategories(second) || /^\d{4}/.test(second)) return []
  return [{ subject: first!, text: `"${first}" is a category: write the identifier first, then the category` }]
}

function readIdentifiers(word: string | undefined, maxIdentifiers: number): Reading<readonly string[]> {
  const items = splitList(word ?? '')
  if (items.length === 0) {
    const text = `the identifier is missing: a thing name, client id or any text of the line, such as ${exampleIdentifier}`
    return { value: undefined, problems: [{ subject: '', text }], corrected: exampleIdentifier }
  }
  const unique = [...new Set(items)]
  const problems = unique.flatMap(identifierProblems)
  if (unique.length > maxIdentifiers) {
    const text = `${unique.length} identifiers are too many: at most ${maxIdentifiers} (limits.maxIdentifiers)`
    problems.push({ subject: word ?? '', text })
  }
  const good = unique.filter((item) => identifierProblems(item).length === 0).slice(0, maxIdentifiers)
  const corrected = good.length > 0 ? good.map(quoteItem).join(',') : exampleIdentifier
  return { value: problems.length === 0 ? unique : undefined, problems, corrected }
}

function identifierProblems(identifier: string): Problem[] {
  const length = [...identifier].length
  const shown = JSON.stringify(length > 40 ? `${[...identifier].slice(0, 40).join('')}…` : identifier)
  const problem = (text: string): Problem[] => [{ subject: identifier, text: `${shown} ${text}` }]
  if (length < minIdentifierLength) {
    return problem(`is too short for an identifier: at least ${minIdentifierLength} characters`)
  }
  if (length > maxIdentifierLength) {
    return problem(`is too long for an identifier: ${length} characters, at most ${maxIdentifierLength}`)
  }
  if (/\p{Cc}/u.test(identifier)) return problem('contains a control character, which is not allowed')
  if (!identifier.isWellFormed()) return problem('is not valid text: it contains half of a surrogate pair')
  if (identifier.includes('\ufffd')) return problem('is not UTF-8: an identifier must be text')
  return []
}

function readCategories(word: string | undefined, environment: Environment): Reading<readonly Category[]> {
  const names = [...environment.categories.keys()]
  const items = splitList(word ?? '')
  if (items.length === 0) {
    const text = `the category is missing: ${names.join(', ')} or all`
    return { value: undefined, problems: [{ subject: '', text }], corrected: names[0]! }
  }
  const found = new Set<Category>()
  const problems: Problem[] = []
  for (const item of items) {
    const categories = findCategories(item, environment)
    const near = nearest(item, categoryWords(environment))
    for (const category of categories) found.add(category)
    if (categories.length > 0) continue
    const hint = near === undefined ? `the categories are ${names.join(', ')} and all` : `did you mean "${near}"?`
    problems.push({ subject: item, text: `"${item}" is not a category: ${hint}` })
    if (near !== undefined) for (const category of findCategories(near, environment)) found.add(category)
  }
  const corrected = found.size > 0 ? [...found].map((category) => category.name).join(',') : names[0]!
  return { value: found.size > 0 ? [...found] : undefined, problems, corrected }
}

function findCategories(word: string, environment: Environment): readonly Category[] {
  const wanted = word.toLowerCase()
  const all = [...environment.categories.values()]
  if (wanted === 'all') return all
  return all.filter((category) => category.name === wanted || category.aliases.includes(wanted))
}

function categoryWords(environment: Environment): string[] {
  return [...environment.categories.values()].flatMap((category) => [category.name, ...category.aliases])
}

interface Tail {
  readonly environment: Reading<Environment>
  readonly options: readonly Reading<string>[]
  /** The value of every option. */
  readonly chosen: RequestOptions
}

function readTail(words: readonly string[], config: Config): Tail {
  const isOption = (word: string): boolean => /^[A-Za-z]+=/.test(word)
  const environment = readEnvironment(
    words.filter((word) => !isOption(word)),
    config
  )
  const options = new Map<string, Reading<string>>()
  for (const word of words.filter(isOption)) {
    const reading = readOption(word)
    const key = (reading.corrected || word).split('=')[0]!.toLowerCase()
    const earlier = options.get(key)
    const twice = { subject: word, text: `"${word}": "${key}" is given twice` }
    options.set(key, earlier ? { ...earlier, problems: [...earlier.problems, twice] } : reading)
  }
  const chosen = Object.fromEntries(
    requestOptions.map((option) => [option.key, options.get(option.key)?.value ?? defaultOf(option)])
  ) as unknown as RequestOptions
  return { environment, options: [...options.values()], chosen }
}

function readOption(word: string): Reading<string> {
  const [key, value] = [word.slice(0, word.indexOf('=')).toLowerCase(), word.slice(word.indexOf('=') + 1).toLowerCase()]
  const option = requestOptions.find((one) => one.key === key)
  if (!option) {
    const names = requestOptions.map((one) => one.key)
    const near = nearest(key, names)
    const hint = near === undefined ? `the options are ${names.join(', ')}` : `did you mean "${near}"?`
    const text = `"${word}": "${key}" is not an option: ${hint}`
    const corrected = near === undefined ? '' : `${near}=${value}`
    return { value: undefined, problems: [{ subject: word, text }], corrected }
  }
  const values = valuesOf(option)
  if (values.includes(value)) return { value, problems: [], corrected: `${key}=${value}` }
  const near = nearest(value, values)
  const text = `"${word}": ${key} must be ${orList(values)}`
  return { value: undefined, problems: [{ subject: word, text }], corrected: `${key}=${near ?? values[0]}` }
}

/** `a or b`, `a, b or c`. */
const orList = (values: readonly string[]): string => values.join(', ').replace(/, ([^,]*)$/, ' or $1')

function readEnvironment(words: readonly string[], config: Config): Reading<Environment> {
  const [word, ...more] = words
  if (word === undefined) return { value: undefined, problems: [], corrected: '' }
  const problems = more.map((extra) => ({
    subject: extra,
    text: `"${extra}" is an extra word: after the date, write an environment and options only`
  }))
  const names = [...config.environments.keys()]
  const found = config.environments.get(word.toLowerCase())
  if (found) return { value: found, problems, corrected: found.name }
  const near = nearest(word, names)
  const hint = near === undefined ? `the environments are ${names.join(', ')}` : `did you mean "${near}"?`
  problems.unshift({ subject: word, text: `"${word}" is not an environment: ${hint}` })
  return { value: undefined, problems, corrected: near ?? '' }
}
