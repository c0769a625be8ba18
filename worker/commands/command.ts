import type { WriteStream } from 'node:tty'
import type { Surroundings } from '../config/config-file.ts'
import type { Config } from '../contract/config.ts'
import type { FlagSpec, TypedArguments } from './flags.ts'

/** What a command may use of the terminal. */
export interface Terminal {
  /** Prints to standard output; waits while a pipe is full. */
  print(text: string): Promise<void>
  /** Standard error: messages, and progress if it is a terminal. */
  readonly error: WriteStream
}

export interface CommandContext {
  readonly typed: TypedArguments
  readonly surroundings: Surroundings
  readonly terminal: Terminal
  /** Aborts at Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  /** `iot-log 1.2.3`. */
  readonly tool: string
}

/** The parts of a command's help that `commandHelp` does not know: it adds titles, flags and common exit codes. */
export interface CommandHelp {
  readonly about: readonly string[]
  readonly usage: readonly string[]
  /** What stands before the flags. */
  readonly words?: readonly string[]
  /** What stands after the flags. */
  readonly notes?: readonly string[]
  readonly exitCodes?: Readonly<Record<number, string>>
  readonly examples?: readonly string[]
}

/** One subcommand of `iot-log`. */
export interface Command {
  /** What it does, by the words that call it: `{ 'config check': 'check a configuration' }`. */
  readonly summary: Readonly<Record<string, string>>
  readonly flags: Readonly<Record<string, FlagSpec>>
  /** Its help. The configuration gives names and limits; words may select one topic. */
  help(config: Config, words: readonly string[]): CommandHelp
  /** What a cancel did; the default says that no archive was written. */
  readonly cancelled?: string
  /** Runs it and returns the exit code. */
  run(context: CommandContext): Promise<number>
}
