import type { Config } from '../contract/config.ts'
import { ProblemsError } from '../contract/errors.ts'
import { exitCodes } from '../contract/result.ts'
import { alignColumns } from '../report/result-text.ts'
import type { Command } from './command.ts'
import type { FlagSpec } from './flags.ts'
import { flagLines } from './help.ts'
import { configFlags, configPath, readConfigFile, referenceConfig } from './settings.ts'

const flags: Readonly<Record<string, FlagSpec>> = configFlags

/** `iot-log config check`: validates a configuration and says what it amounts to. */
export const configCommand: Command = {
  flags,
  help: () => [
    'Checks a configuration: every mistake is named with its key, its value and what it may be.',
    '',
    'Usage:',
    '  iot-log config check [FILE]',
    '',
    'Flags:',
    ...flagLines(flags)
  ],
  run: async ({ typed, surroundings, terminal }) => {
    const [verb, file, ...more] = typed.words
    if (verb !== 'check' || more.length > 0 || typed.problems.length > 0) {
      const usage = { subject: verb ?? '', text: 'write: iot-log config check [FILE]' }
      throw new ProblemsError('wrong-words', [...typed.problems, ...(typed.problems.length > 0 ? [] : [usage])])
    }
    const values = file === undefined ? typed.values : new Map([...typed.values, ['config', file]])
    const path = configPath({ ...typed, values }, surroundings)
    const config = path === undefined ? referenceConfig() : readConfigFile(path)
    await terminal.print(summary(path ?? 'the reference configuration', config))
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
