import type { Config } from '../contract/config.ts'
import { requestOptions, valuesOf } from '../contract/request-options.ts'
import { alignColumns } from '../report/result-text.ts'
import type { FlagSpec } from './flags.ts'

/** `<identifier>…`: the words of a request, as usage lines show them. */
export const requestUsage = '<identifier>[,…] <category>[,…] <date> [environment] [option=value …]'

/** The flags of a command, one to a line. */
export function flagLines(flags: Readonly<Record<string, FlagSpec>>): string[] {
  const rows = Object.entries(flags).map(([name, flag]) => {
    const short = flag.short === undefined ? '    ' : `-${flag.short}, `
    return { left: `${short}--${name}${flag.value === undefined ? '' : ` ${flag.value}`}`, help: flag.help }
  })
  const width = Math.max(...rows.map((row) => row.left.length))
  return rows.map((row) => `  ${row.left.padEnd(width)}  ${row.help}`)
}

/** What the words of a request may be, from the configuration in force. */
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
    `  identifier   a thing name, client id or any text of the line; up to ${config.limits.maxIdentifiers}, with commas;`,
    '               "in quotes" when it holds a space or a comma',
    `  category     ${categories.join(', ')}, or all`,
    '  date         UTC: 2023/10/01, 2023-10-01, 20231001, today, yesterday;',
    `               days 2023/10/01..2023/10/03, both included, at most ${config.limits.maxDays};`,
    '               hours 2023/10/01T09..2023/10/01T12, the end excluded',
    `  environment  ${environments.join(', ')}`,
    ...options.map(([option, help], position) => `  ${position === 0 ? 'options' : '       '}      ${option}  ${help}`)
  ]
}

/** The help of the whole command. */
export function overviewHelp(version: string): string {
  const commands = alignColumns([
    ['export', ''],
    ['plan', ''],
    ['query', ''],
    ['forward', ''],
    ['replay', ''],
    ['config check', ''],
    ['slack manifest', ''],
    ['slack canvas', ''],
    ['doctor', '']
  ])
  const texts = [
    'read a day of logs, keep the lines of one device, write a zip',
    'list and estimate what an export would read, and read nothing',
    'run a saved query in Athena',
    'send the records of a day to OpenSearch or Logstash, or set the sink up',
    'send the records again that a sink has rejected',
    'check a configuration',
    'print the manifest of the Slack app',
    'publish the usage page to the canvas of a Slack channel',
    'say which inflater, matcher and Node are in use, and what would be faster'
  ]
  return [
    `iot-log ${version}: one device's logs of one day, from S3 to a zip`,
    '',
    'Usage:',
    `  iot-log export ${requestUsage}`,
    '',
    'Commands:',
    ...commands.map((command, position) => `  ${command.trimEnd().padEnd(16)}${texts[position]}`),
    '',
    'iot-log <command> --help tells more. Example:',
    '  iot-log export THING00001 telemetry,command 2023/10/01',
    ''
  ].join('\n')
}
