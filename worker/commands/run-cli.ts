import { once } from 'node:events'
import packageJson from '../../package.json' with { type: 'json' }
import { IotLogError, messageOf, ProblemsError } from '../contract/errors.ts'
import { nearest } from '../contract/nearest.ts'
import { exitCodeOf, exitCodes } from '../contract/result.ts'
import type { Command, Terminal } from './command.ts'
import { configCommand } from './config-command.ts'
import { exportCommand } from './export-command.ts'
import { type FlagSpec, parseFlags, type TypedArguments } from './flags.ts'
import { overviewHelp } from './help.ts'
import { planCommand } from './plan-command.ts'
import { loadConfig, type Surroundings } from './settings.ts'
import { CancelledBySignal, onSignals } from './signals.ts'

const commands: Readonly<Record<string, Command>> = {
  export: exportCommand,
  plan: planCommand,
  config: configCommand
}

const everywhere: Readonly<Record<string, FlagSpec>> = { help: { short: 'h', help: 'this help' } }
const version: string = packageJson.version

/** Runs the `iot-log` command and tells its exit code. Results go to standard output, everything else to standard error. */
export async function runCli(argv: readonly string[], host: NodeJS.Process): Promise<number> {
  const surroundings: Surroundings = {
    directory: personsDirectory(host),
    environment: host.env,
    nowMs: Date.now
  }
  const terminal = createTerminal(host)
  const [name, ...rest] = argv
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    await terminal.print(overviewHelp(version))
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
    if (typed.switches.has('help')) {
      await terminal.print(`${command.help(loadConfig(typed, surroundings)).join('\n')}\n`)
      return exitCodes.complete
    }
    const tool = `iot-log ${version}`
    return await command.run({ typed, surroundings, terminal, signal: signals.signal, tool })
  } catch (error) {
    return report(error, name, typed, terminal, host)
  }
}

/** npm runs its scripts in the package's directory and tells where it was called; only our own script means that place. */
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
  host: NodeJS.Process
): Promise<number> {
  const cancelled = error instanceof CancelledBySignal ? error : undefined
  const code = error instanceof IotLogError ? error.code : 'internal'
  host.stderr.write(cancelled ? `iot-log: ${cancelled.message}: nothing was written\n` : errorText(error, name))
  if (typed.switches.has('json')) {
    const status = cancelled ? 'cancelled' : 'failed'
    const problem = cancelled ? {} : { error: { code, message: messageOf(error) } }
    await terminal.print(`${JSON.stringify({ status, archive: null, ...problem }, null, 2)}\n`)
  }
  return cancelled ? cancelled.exitCode : exitCodeOf(code)
}

function errorText(error: unknown, name: string): string {
  if (error instanceof ProblemsError) {
    const lines = error.problems.map((problem) => `  ${problem.text}`)
    const correction = error.correction?.map(shellWord).join(' ')
    const advice = correction === undefined ? [] : [`Try: iot-log ${name} ${correction}`]
    const what = error.problems.length === 1 ? 'one mistake' : `${error.problems.length} mistakes`
    return [`iot-log: ${what}`, ...lines, ...advice, ''].join('\n')
  }
  if (error instanceof IotLogError && error.code !== 'internal') return `iot-log: ${error.message}\n`
  const stack = error instanceof Error ? error.stack : String(error)
  return `iot-log: this should not have happened; please report it\n${stack}\n`
}

/** A word as a shell takes it. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

function createTerminal(host: NodeJS.Process): Terminal {
  host.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read the results has gone; there is nobody left to tell.
    if (error.code === 'EPIPE') host.exit(exitCodes.complete)
    throw error
  })
  return {
    error: host.stderr,
    print: async (text) => {
      if (!host.stdout.write(text)) await once(host.stdout, 'drain')
    }
  }
}
