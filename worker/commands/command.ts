import type { WriteStream } from 'node:tty'
import type { Surroundings } from '../config/config-file.ts'
import type { Config } from '../contract/config.ts'
import type { FlagSpec, TypedArguments } from './flags.ts'

/** What a command may use of the terminal. */
export interface Terminal {
  /** Prints to standard output; waits while a pipe is full. */
  print(text: string): Promise<void>
  /** Standard error: progress, where it is a terminal. */
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

/** One subcommand of `iot-log`. */
export interface Command {
  readonly flags: Readonly<Record<string, FlagSpec>>
  /** The lines of its help; the configuration supplies names and limits, and words may ask for a part. */
  help(config: Config, words: readonly string[]): readonly string[]
  /** What a cancel came to; without it that no archive was written. */
  readonly cancelled?: string
  /** Runs it and tells the exit code. */
  run(context: CommandContext): Promise<number>
}
