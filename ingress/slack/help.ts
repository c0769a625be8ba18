import type { Config } from '../../worker/contract/config.ts'
import { requestOptions, valuesOf } from '../../worker/contract/request-options.ts'
import { section } from '../../worker/report/slack/blocks.ts'
import { codeText, escapeText } from '../../worker/report/slack/text.ts'
import { exampleCommands } from '../../worker/report/slack/usage.ts'
import { isSubmittable } from '../jobs/locations.ts'
import type { Ephemeral } from './answer.ts'

/** `help`: what may be typed, from the configuration in force. */
export function helpText(config: Config, command: string): Ephemeral {
  const lines = [
    `*Logs of a device as a zip*: ${codeText(`${command} <identifier> <category> <date> [environment] [option=value]`)}`,
    ...exampleCommands(config).map(([words, text]) => `• ${codeText(`${command} ${words}`)} ${escapeText(text)}`),
    '',
    `*identifier*: a thing name, client id or any text of the line; up to ${config.limits.maxIdentifiers}, separated by commas; "in quotes" if it has a space or a comma`,
    `*category*: ${escapeText(categoryNames(config))}, or all`,
    `*date* (UTC): 2023/10/01, 20231001, today, yesterday; days 2023/10/01..2023/10/03, at most ${config.limits.maxDays}; hours 2023/10/01T09..2023/10/01T12; minutes 2023/10/01T09:15..2023/10/01T09:30 or since=2h (30m, 3d), by the time in each record`,
    `*environment*: ${escapeText(environmentNames(config))}`,
    ...requestOptions.map((option) => {
      const words = valuesOf(option).map((value) => codeText(`${option.key}=${value}`))
      return `*${option.key}*: ${words.join(' or ')}; ${escapeText(option.help)}`
    }),
    '',
    `${codeText(command)} alone opens a form.`,
    `${codeText(`${command} status`)} shows your exports, ${codeText(`${command} cancel`)} stops one, ${codeText(`${command} help`)} shows this.`
  ]
  return { text: lines.join('\n'), blocks: [section(lines)] }
}

function categoryNames(config: Config): string {
  const { categories } = config.environments.get(config.defaultEnvironment)!
  return namesText(
    [...categories.values()].map(({ name, aliases }) =>
      aliases.length > 0 ? `${name} (also ${aliases.join(', ')})` : name
    )
  )
}

function environmentNames(config: Config): string {
  const environments = [...config.environments.values()].filter(isSubmittable)
  return namesText(environments.map(({ name }) => (name === config.defaultEnvironment ? `${name} (default)` : name)))
}

/** So long a list of names leaves room in a section for all the rest. */
const namesLength = 600

function namesText(names: readonly string[]): string {
  const shown: string[] = []
  for (const name of names) {
    if ([...shown, name].join(', ').length > namesLength) break
    shown.push(name)
  }
  const more = names.length - shown.length
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '')
}
