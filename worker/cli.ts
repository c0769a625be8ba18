#!/usr/bin/env -S node --max-semi-space-size=8
/*
 * The flag keeps the part of the heap for new objects at 8 MiB: with V8's own size garbage piles up to 32 MiB before it
 * is looked at, and memory seems to grow with the day.
 */

import { runCli } from './commands/run-cli.ts'

process.exitCode = await runCli(process.argv.slice(2), process)
