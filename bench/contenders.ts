import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A way to get the lines of an identifier out of a directory of gzip objects. */
export interface Contender {
  readonly name: string
  /** Commands it needs; a contender that lacks one is left out, and said so. */
  readonly needs: readonly string[]
  /** The whole shell command; what it finds goes to `output`. */
  command(directory: string, identifier: string, output: string): string
}

const cli = fileURLToPath(new URL('../worker/cli.ts', import.meta.url))

/** Ours: from the directory, or another source, to the finished, verified zip. */
export function iotLog(threads: number, source?: string): Contender {
  return {
    name: `iot-log, ${threads} thread${threads === 1 ? '' : 's'}`,
    needs: [],
    command: (directory, identifier, output) =>
      `${process.execPath} --max-semi-space-size=8 ${cli} export ${identifier} telemetry 2023/10/01 --source ${source ?? `file://${directory}`} ` +
      `--threads ${threads} --output ${output}.zip --force --quiet`
  }
}

/** The listing and estimate of a whole day of a configuration. */
export function planCommand(config: string): string {
  return `${process.execPath} --max-semi-space-size=8 ${cli} plan THING00001 telemetry 2023/10/01 --config ${config} --json`
}

/** What people use today. All of them give the lines alone, some in no order. */
export const peers: readonly Contender[] = [
  {
    name: 'rg -z -F',
    needs: ['rg'],
    command: (directory, identifier, output) => `rg -z -a -F --no-filename ${identifier} ${directory} > ${output}`
  },
  {
    name: 'ugrep -z -F',
    needs: ['ugrep'],
    command: (directory, identifier, output) => `ugrep -r -z -a -F -h ${identifier} ${directory} > ${output}`
  },
  {
    name: 'xargs -P2 igzip | rg -F',
    needs: ['igzip', 'rg'],
    command: (directory, identifier, output) =>
      `find ${directory} -type f -print0 | xargs -0 -P2 -n 8 sh -c ` +
      `'for f; do igzip -dc "$f" | rg -a -F ${identifier}; done; true' sh > ${output}`
  },
  {
    name: 'zcat | grep -F',
    needs: ['zcat', 'grep'],
    command: (directory, identifier, output) =>
      `find ${directory} -type f | LC_ALL=C sort | xargs zcat | LC_ALL=C grep -a -F ${identifier} > ${output}`
  }
]

/** Whether everything a contender needs is installed. */
export function isInstalled(contender: Contender): boolean {
  return contender.needs.every((need) => spawnSync('sh', ['-c', `command -v ${need}`]).status === 0)
}
