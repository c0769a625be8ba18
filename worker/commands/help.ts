import type { Config } from '../contract/config.ts'
import { requestOptions, valuesOf } from '../contract/request-options.ts'
import type { Command } from './command.ts'
import type { FlagSpec } from './flags.ts'

/** `<identifier>…`: the words of a request, for usage lines. */
export const requestUsage = '<identifier>[,…] <category>[,…] <date> [environment] [option=value …]'

/** The lines of a command's help. */
export function commandHelp({ flags, help }: Command, config: Config, topic: readonly string[]): string[] {
  const { about, usage, words = [], notes = [], exitCodes = {}, examples = [] } = help(config, topic)
  const codes = Object.entries({ ...commonExitCodes, ...exitCodes }).map(
    ([code, text]) => `${code.padStart(3)}  ${text}`
  )
  const titled = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)]
  const sections = [
    about,
    titled('Usage:', usage),
    words,
    titled('Flags:', flagLines(flags)),
    notes,
    titled('Exit codes:', codes),
    titled('Examples:', examples)
  ]
  return sections.filter((lines) => lines.length > 0).flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]))
}

const commonExitCodes = {
  0: 'complete',
  1: 'failed',
  2: 'wrong words or configuration',
  129: 'cancelled: the terminal was closed',
  130: 'cancelled: Ctrl-C',
  143: 'cancelled: SIGTERM'
}

/** The flags of a command, one to a line. */
function flagLines(flags: Readonly<Record<string, FlagSpec>>): string[] {
  const rows = Object.entries(flags).map(([name, flag]) => {
    const short = flag.short === undefined ? '    ' : `-${flag.short}, `
    return { left: `${short}--${name}${flag.value === undefined ? '' : ` ${flag.value}`}`, help: flag.help }
  })
  const width = Math.max(...rows.map((row) => row.left.length))
  return rows.map((row) => `${row.left.padEnd(width)}  ${row.help}`)
}

/** The words that a request may have, with the names and limits of the configuration. */
export function requestHelp(config: Config): string[] {
  const environment = config.environments.get(config.defaultEnvironment)!
  const categories = [...environment.categories.values()].map((category) => {
    const aliases = category.aliases.length > 0 ? ` (also ${category.aliases.join(', ')})` : ''
    return category.name + aliases
  })
  const environments = [...config.environments.keys()].map((name) =>
    name === config.defaultEnvironment ? `${name} (default)` : name
  )
  const options = requestOptions.map((option) => [`${option.key}=${valuesOf(option).join('|')}`, option.help])
  return [
    'Words:',
    `  identifier   a thing name, client id or any text of the line; up to ${config.limits.maxIdentifiers}, separated by commas;`,
    '               in "quotes" if it contains a space or a comma',
    `  category     ${categories.join(', ')}, or all`,
    '  date         UTC: 2023/10/01, 2023-10-01, 20231001, today, yesterday;',
    `               days 2023/10/01..2023/10/03, both included, at most ${config.limits.maxDays} days;`,
    '               hours 2023/10/01T09..2023/10/01T12, the end excluded;',
    '               minutes 2023/10/01T09:15..2023/10/01T09:30, 2h..now or since=2h (30m, 3d):',
    '               records are selected by their own time (window=event)',
    `  environment  ${environments.join(', ')}`,
    ...options.map(([option, help], position) => `  ${position === 0 ? 'options' : '       '}      ${option}  ${help}`)
  ]
}

/** The help of the whole command. */
export function overviewHelp(version: string, commands: readonly Command[]): string {
  const rows = commands.flatMap(({ summary }) => Object.entries(summary))
  return [
    `iot-log ${version}: one device's logs of one day, from S3 to a zip`,
    '',
    'Usage:',
    `  iot-log export ${requestUsage}`,
    '',
    'Commands:',
    ...rows.map(([words, text]) => `  ${words.padEnd(16)}${text}`),
    '',
    'Run iot-log <command> --help for the words and flags of a command. Example:',
    '  iot-log export THING00001 telemetry,command 2023/10/01',
    ''
  ].join('\n')
}
