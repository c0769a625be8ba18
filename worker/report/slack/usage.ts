import type { Category, Config } from '../../contract/config.ts'
import { requestOptions, valuesOf } from '../../contract/request-options.ts'
import { formatCount } from '../../contract/units.ts'
import { slashCommand } from './manifest.ts'

export const usageTitle = 'Device logs: /iot-log'

/** The usage page in the markdown of canvases: the commands of every day first, made from the configuration. */
export function usageMarkdown(config: Config): string {
  const { output, limits } = config
  const all = [...config.environments.values()]
  const ready = all.filter((one) => one.submit !== undefined)
  const environments = (ready.length > 0 ? ready : all).map(({ name }) => name)
  const categories = [...config.environments.get(config.defaultEnvironment)!.categories.values()]
  return [
    'Ask for the logs of one device for one day and get a zip. Type a command in any channel, also on a phone.',
    '',
    '## Frequent commands',
    ...frequentCommands(config.defaultEnvironment, environments, categories).map(
      ([words, text]) => `- ${code(`${slashCommand}${words}`)} ${text}`
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

function frequentCommands(
  usual: string,
  environments: readonly string[],
  categories: readonly Category[]
): (readonly [string, string])[] {
  const [first, second] = categories.map(({ name }) => name)
  const two = second === undefined ? first : `${first},${second}`
  const other = environments.find((name) => name !== usual)
  const mapped = categories.find(({ identifierAliases }) => Object.keys(identifierAliases).length > 0)
  const hours = categories.find(({ layout }) => layout.hasHours)
  return [
    [` THING00001 ${two} 2023/10/01`, 'one device, one day'],
    [' THING00001 all yesterday', 'everything of a device'],
    ...(mapped
      ? ([[` ${Object.keys(mapped.identifierAliases)[0]} ${mapped.name} today`, 'of all devices']] as const)
      : []),
    ...(hours ? ([[` THING00001 ${hours.name} 2023/10/01T09..2023/10/01T12`, 'some hours']] as const) : []),
    [` THING00001,THING00002 ${first} 2023/10/01..2023/10/02`, 'two devices, two days'],
    ...(other === undefined ? [] : ([[` THING00001 ${first} today ${other}`, `from ${other}`]] as const)),
    ['', 'opens a form'],
    [' status', 'shows your exports'],
    [' cancel', 'stops one'],
    [' help', 'shows all options']
  ]
}

const code = (text: string): string => `\`${text}\``
const codes = (texts: readonly string[]): string => texts.map(code).join(', ')
