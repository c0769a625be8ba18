import { configPath, readConfigFile } from '../config/config-file.ts'
import { sampleConfig } from '../config/sample-config.ts'
import type { Config } from '../contract/config.ts'
import { ProblemsError } from '../contract/errors.ts'
import { exitCodes } from '../contract/result.ts'
import { formatNames } from '../formats/registry.ts'
import { alignColumns } from '../report/result-text.ts'
import type { Command } from './command.ts'
import type { FlagSpec } from './flags.ts'
import { configFlags } from './settings.ts'

const flags: Readonly<Record<string, FlagSpec>> = configFlags

/** `iot-log config check`: validates a configuration and prints a summary of it. */
export const configCommand: Command = {
  summary: { 'config check': 'check a configuration' },
  flags,
  help: () => ({
    about: ['Check a configuration. Every mistake is printed with its key, its value and the valid values.'],
    usage: ['iot-log config check [FILE]']
  }),
  run: async ({ typed, surroundings, terminal }) => {
    const [verb, file, ...more] = typed.words
    if (verb !== 'check' || more.length > 0 || typed.problems.length > 0) {
      const usage = { subject: verb ?? '', text: 'usage: iot-log config check [FILE]' }
      throw new ProblemsError('wrong-words', [...typed.problems, ...(typed.problems.length > 0 ? [] : [usage])])
    }
    const path = configPath(surroundings, file ?? typed.values.get('config'))
    const config = path === undefined ? sampleConfig() : readConfigFile(path, formatNames)
    await terminal.print(summary(path ?? 'the sample configuration', config))
    return exitCodes.complete
  }
}

function summary(name: string, config: Config): string {
  const environments = [...config.environments.values()].flatMap((environment) => {
    const isDefault = environment.name === config.defaultEnvironment ? ' (default)' : ''
    const rows = [...environment.categories.values()].map((category) => [
      category.name,
      category.aliases.join(', '),
      category.format,
      category.layout.template
    ])
    return [
      `  ${environment.name}${isDefault}: ${environment.source}`,
      ...alignColumns(rows).map((row) => `    ${row}`)
    ]
  })
  return [`Valid: ${name}`, ...environments, ''].join('\n')
}
