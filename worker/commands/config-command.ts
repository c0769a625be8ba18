import { configPath, readConfigFile } from '../config/config-file.ts'
import { sampleConfig } from '../config/sample-config.ts'
import type { Category, Config, Environment } from '../contract/config.ts'
import { ProblemsError } from '../contract/errors.ts'
import { exitCodes } from '../contract/result.ts'
import type { Store } from '../contract/store.ts'
import { formatCount, formatNumber } from '../contract/units.ts'
import { chooseInflaters } from '../decode/choose-inflater.ts'
import { createDecoderContext } from '../decode/decoder-context.ts'
import { type CheckedCategory, checkCategory } from '../export/check-source.ts'
import { formatNames } from '../formats/registry.ts'
import { alignColumns, shownUrl } from '../report/result-text.ts'
import { openStore } from '../stores/open-store.ts'
import type { Command } from './command.ts'
import type { FlagSpec } from './flags.ts'
import { configFlags, findEnvironment, sourceSettings } from './settings.ts'

const flags: Readonly<Record<string, FlagSpec>> = {
  ...configFlags,
  source: {
    value: 'URL',
    isOptional: true,
    help: 'also check the newest object of each category (default: the source)'
  }
}

/** `iot-log config check`: validates a configuration and prints a summary of it. */
export const configCommand: Command = {
  summary: { 'config check': 'check a configuration' },
  flags,
  help: () => ({
    about: ['Check a configuration. Every mistake is printed with its key, its value and the valid values.'],
    usage: ['iot-log config check [FILE]', 'iot-log config check [FILE] --source [URL]']
  }),
  run: async ({ typed, surroundings, terminal, signal }) => {
    const [verb, file, ...more] = typed.words
    if (verb !== 'check' || more.length > 0 || typed.problems.length > 0) {
      const usage = { subject: verb ?? '', text: 'usage: iot-log config check [FILE]' }
      throw new ProblemsError('wrong-words', [...typed.problems, ...(typed.problems.length > 0 ? [] : [usage])])
    }
    const path = configPath(surroundings, file ?? typed.values.get('config'))
    const config = path === undefined ? sampleConfig() : readConfigFile(path, formatNames)
    await terminal.print(summary(path ?? 'the sample configuration', config))
    if (typed.switches.has('source') || typed.values.has('source')) {
      const environment = findEnvironment(config)
      await using source = openStore(sourceSettings(typed, environment, surroundings))
      await terminal.print(await sourceText(config, environment, source, signal))
    }
    return exitCodes.complete
  }
}

async function sourceText(
  config: Config,
  environment: Environment,
  source: Store,
  signal: AbortSignal
): Promise<string> {
  const context = createDecoderContext(await chooseInflaters())
  const lines = [`Source: ${shownUrl(source.url)}`]
  for (const category of environment.categories.values()) {
    const checked = await checkCategory(category, source, context, config.limits, signal)
    lines.push(`  ${category.name}: ${checkedText(category, checked)}`)
  }
  return [...lines, ''].join('\n')
}

function checkedText({ format, layout }: Category, checked: CheckedCategory): string {
  if (!checked.object) {
    const other = checked.nearest.length > 0 ? `; other keys: ${checked.nearest.join(', ')}` : ''
    return `no object has a key of the layout ${layout.template}${other}`
  }
  const { object, container, records, fitting, likely, failure } = checked
  const start = `${object.key}: ${container}, `
  if (failure !== undefined && records === 0) return `${start}can't be read: ${failure}`
  if (records === fitting) return `${start}${formatCount(records, 'record')} fit the format ${format}`
  const hint = likely === undefined ? '' : `; all fit ${likely}`
  return `${start}${formatNumber(records - fitting)} of ${formatCount(records, 'record')} do not fit the format ${format}${hint}`
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
