import type { Config } from '../../contract/config.ts'
import { requestOptions, valuesOf } from '../../contract/request-options.ts'
import { formatCount } from '../../contract/units.ts'
import { slashCommand } from './manifest.ts'

export const usageTitle = 'Device logs: /iot-log'

/** The usage page in the markdown of canvases: the commands of every day first, made from the configuration. */
export function usageMarkdown(config: Config): string {
  const { output, limits } = config
  const environments = environmentNames(config)
  const categories = [...config.environments.get(config.defaultEnvironment)!.categories.values()]
  return [
    'Ask for the logs of one device for one day and get a zip. Type a command in any channel, also on a phone.',
    '',
    '## Frequent commands',
    ...[...exampleCommands(config), ...otherCommands].map(
      ([words, text]) => `- ${code(`${slashCommand} ${words}`.trim())} ${text}`
    ),
    '',
    '## Arguments',
    `- **identifier**: a thing name, client id or any text of the line; up to ${limits.maxIdentifiers}, separated by commas, "in quotes" if it has a space or a comma`,
    '- **category**: one or more, separated by commas, or `all`',
    ...categories.map(
      ({ name, aliases }) => `  - ${code(name)}${aliases.length > 0 ? `, also ${codes(aliases)}` : ''}`
    ),
    '- **date**: a day in UTC, `2023/10/01`, `today` or `yesterday`',
    `  - days: ${code('2023/10/01..2023/10/03')}, both included, at most ${limits.maxDays}`,
    `  - hours: ${code('2023/10/01T09..2023/10/01T12')}, the end excluded`,
    `  - minutes: ${code('2023/10/01T09:15..2023/10/01T09:30')}, the end excluded; until now: ${codes(['since=2h', '30m..now', 'since=3d'])}. Minutes select by the time in each record`,
    `- **environment**: ${codes(environments)}, default ${code(config.defaultEnvironment)}`,
    ...requestOptions.map(
      (option) =>
        `- **${option.key}**: ${codes(valuesOf(option).map((value) => `${option.key}=${value}`))}; ${option.help}`
    ),
    '',
    '## Good to know',
    `- The link works for ${formatCount(output.linkMinutes, 'minute')}; after that press **New link**. The zip is kept for ${formatCount(output.expiryDays, 'day')}.`,
    '- **Partial** means that some logs were not read to the end; `manifest.json` in the zip lists them.',
    '- **Nothing found**? Days are UTC: in Tokyo, before 9 in the morning is still the day before.',
    `- At most ${formatCount(limits.runningJobsPerUser, 'export')} at a time for each person.`,
    ''
  ].join('\n')
}

type ExampleCommand = readonly [words: string, text: string]

/** Requests that every configuration can serve, as they are typed after the command, and what each is for. */
export function exampleCommands(config: Config): readonly ExampleCommand[] {
  const { categories } = config.environments.get(config.defaultEnvironment)!
  const [first, second] = categories.keys()
  const all = [...categories.values()]
  const alias = all.find(({ identifierAliases }) => Object.keys(identifierAliases).length > 0)
  const hours = all.find(({ layout }) => layout.hasHours)
  const other = environmentNames(config).find((name) => name !== config.defaultEnvironment)
  return [
    [`THING00001 ${second === undefined ? first : `${first},${second}`} 2023/10/01`, 'one device, one day'],
    ['THING00001 all yesterday', 'everything of a device'],
    alias && [`${Object.keys(alias.identifierAliases)[0]} ${alias.name} today`, 'of all devices'],
    hours && [`THING00001 ${hours.name} 2023/10/01T09..2023/10/01T12`, 'some hours'],
    [`THING00001 ${first} since=2h`, 'the last two hours'],
    [`THING00001,THING00002 ${first} 2023/10/01..2023/10/02`, 'two devices, two days'],
    other && [`THING00001 ${first} today ${other}`, `from ${other}`]
  ].filter((command): command is [string, string] => Array.isArray(command))
}

const otherCommands: readonly ExampleCommand[] = [
  ['', 'opens a form'],
  ['status', 'shows your exports'],
  ['cancel', 'stops one'],
  ['help', 'shows all options']
]

/** The environments that can run jobs; all of them while none can. */
function environmentNames({ environments }: Config): string[] {
  const all = [...environments.values()]
  const ready = all.filter(({ submit }) => submit !== undefined)
  return (ready.length > 0 ? ready : all).map(({ name }) => name)
}

const code = (text: string): string => `\`${text}\``
const codes = (texts: readonly string[]): string => texts.map(code).join(', ')
