import packageJson from '../../package.json' with { type: 'json' }
import type { Surroundings } from '../config/config-file.ts'
import { sampleConfig } from '../config/sample-config.ts'
import type { Config } from '../contract/config.ts'
import { IotLogError, messageOf, ProblemsError } from '../contract/errors.ts'
import { nearest } from '../contract/nearest.ts'
import { exitCodeOf, exitCodes } from '../contract/result.ts'
import { mistakeLines } from '../report/mistakes.ts'
import type { Command, Terminal } from './command.ts'
import { configCommand } from './config-command.ts'
import { doctorCommand } from './doctor-command.ts'
import { exportCommand } from './export-command.ts'
import { type FlagSpec, parseFlags, type TypedArguments } from './flags.ts'
import { forwardCommand } from './forward-command.ts'
import { commandHelp, overviewHelp } from './help.ts'
import { planCommand } from './plan-command.ts'
import { queryCommand } from './query-command.ts'
import { replayCommand } from './replay-command.ts'
import { loadConfig } from './settings.ts'
import { CancelledBySignal, onSignals } from './signals.ts'
import { slackCommand } from './slack-command.ts'

const commands: Readonly<Record<string, Command>> = {
  export: exportCommand,
  plan: planCommand,
  query: queryCommand,
  forward: forwardCommand,
  replay: replayCommand,
  config: configCommand,
  slack: slackCommand,
  doctor: doctorCommand
}

const everywhere: Readonly<Record<string, FlagSpec>> = { help: { short: 'h', help: 'this help' } }
const version: string = packageJson.version

/** Runs the `iot-log` command and returns its exit code. Results go to standard output, all else to standard error. */
export async function runCli(argv: readonly string[], host: NodeJS.Process): Promise<number> {
  const surroundings: Surroundings = {
    directory: personsDirectory(host),
    environment: host.env,
    nowMs: Date.now
  }
  const terminal = createTerminal(host)
  const [name, ...rest] = argv
  if (name === 'help' && rest[0] !== undefined) return runCli([...rest, '--help'], host)
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    await terminal.print(overviewHelp(version, Object.values(commands)))
    return name === undefined ? exitCodes.wrong : exitCodes.complete
  }
  if (name === '--version' || name === 'version') {
    await terminal.print(`iot-log ${version}\n`)
    return exitCodes.complete
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) return reject(host, name)
  const typed = parseFlags(rest, { ...command.flags, ...everywhere })
  using signals = onSignals(host)
  try {
    if (typed.switches.has('help') && typed.problems.length === 0) {
      await terminal.print(`${commandHelp(command, configForHelp(typed, surroundings), typed.words).join('\n')}\n`)
      return exitCodes.complete
    }
    const tool = `iot-log ${version}`
    return await command.run({ typed, surroundings, terminal, signal: signals.signal, tool })
  } catch (error) {
    return report(error, name, typed, terminal, host, command.cancelled)
  }
}

/** Help works with a wrong configuration, too: a person may need it to fix that. */
function configForHelp(typed: TypedArguments, surroundings: Surroundings): Config {
  try {
    return loadConfig(typed, surroundings)
  } catch {
    return sampleConfig()
  }
}

/** npm runs scripts in the package's directory; INIT_CWD is where it was called. Only our own script uses that. */
function personsDirectory(host: NodeJS.Process): string {
  const { npm_lifecycle_event: script, INIT_CWD: directory } = host.env
  return script === 'iot-log' && directory !== undefined ? directory : host.cwd()
}

function reject(host: NodeJS.Process, name: string): number {
  const near = nearest(name, Object.keys(commands))
  const hint = near === undefined ? `the commands are ${Object.keys(commands).join(', ')}` : `did you mean ${near}?`
  host.stderr.write(`iot-log: "${name}" is not a command: ${hint}\n`)
  return exitCodes.wrong
}

async function report(
  error: unknown,
  name: string,
  typed: TypedArguments,
  terminal: Terminal,
  host: NodeJS.Process,
  whenCancelled = 'no archive was written'
): Promise<number> {
  const cancelled = error instanceof CancelledBySignal ? error : undefined
  const code = error instanceof IotLogError ? error.code : 'internal'
  host.stderr.write(cancelled ? `iot-log: ${cancelled.message}: ${whenCancelled}\n` : errorText(error, name, typed))
  if (typed.switches.has('json')) {
    const status = cancelled ? 'cancelled' : 'failed'
    const problem = cancelled ? {} : { error: { code, message: messageOf(error) } }
    await terminal.print(`${JSON.stringify({ status, archive: null, ...problem }, null, 2)}\n`)
  }
  return cancelled ? cancelled.exitCode : exitCodeOf(code)
}

function errorText(error: unknown, name: string, typed: TypedArguments): string {
  if (error instanceof ProblemsError) {
    const advice =
      error.correction === undefined ? [] : [`Try: iot-log ${[name, ...corrected(typed, error)].join(' ')}`]
    return [...mistakeLines(error), ...advice, ''].join('\n')
  }
  if (error instanceof IotLogError && error.code !== 'internal') return `${mistakeLines(error).join('\n')}\n`
  const stack = error instanceof Error ? error.stack : String(error)
  return `iot-log: internal error; please report it\n${stack}\n`
}

/** The flags as typed, without the wrong ones, and the corrected words. */
function corrected(typed: TypedArguments, { correction: words = [], problems }: ProblemsError): string[] {
  const good = [...typed.values].filter(([, value]) => problems.every((problem) => problem.subject !== value))
  const values = good.map(([flag, value]) => `--${flag}=${shellWord(value)}`)
  const switches = [...typed.switches].map((flag) => `--${flag}`)
  const end = words.some((word) => word.startsWith('-')) ? ['--'] : []
  return [...values, ...switches, ...end, ...words.map(shellWord)]
}

/** A word, quoted for a shell. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

function createTerminal(host: NodeJS.Process): Terminal {
  let failure: NodeJS.ErrnoException | undefined
  host.stdout.on('error', (error) => {
    failure = error
  })
  host.stderr.on('error', () => {})
  return {
    error: host.stderr,
    print: async (text) => {
      await new Promise<void>((resolve) => void host.stdout.write(text, () => resolve()))
      // The reader of a pipe may stop early; the exit code still reports how the command ended.
      if (!failure || failure.code === 'EPIPE') return
      throw new IotLogError('io', `Could not print the result: ${failure.message}`, { cause: failure })
    }
  }
}
