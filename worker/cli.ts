#!/usr/bin/env -S node --max-semi-space-size=8 --max-old-space-size=768
/* The `iot-log` command. node-flags.ts explains the flags. An older Node can't load the rest, so it is checked first. */

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`iot-log: this is Node ${process.versions.node}: install Node 22.15 or later\n`)
  process.exitCode = 2
} else {
  const { runCli } = await import('./commands/run-cli.ts')
  process.exitCode = await runCli(process.argv.slice(2), process)
}
