#!/usr/bin/env -S node --max-semi-space-size=8 --max-old-space-size=768
/* The `iot-log` command. Why the flags: node-flags.ts. */

import { runCli } from './commands/run-cli.ts'

process.exitCode = await runCli(process.argv.slice(2), process)
