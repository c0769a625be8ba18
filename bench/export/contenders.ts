import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { InflaterName } from '../../worker/decode/inflater.ts'
import { nodeFlags } from '../../worker/node-flags.ts'

/** A way to get the lines of an identifier out of a directory of gzip objects. */
export interface Contender {
  readonly name: string
  /** Whether everything it needs is installed; a contender that lacks something is left out, and said so. */
  readonly isInstalled: () => boolean
  /** The whole shell command; what it finds goes to `output`, or to `output`.zip. */
  command(directory: string, identifier: string, output: string): string
}

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** What is measured: the program as `npm run build` makes it (build-program.ts). */
export const programDirectory = pathOf('../.build/')
const program = (heapMebibytes?: number): string => {
  // Of two flags of a name the last one counts.
  const heap = heapMebibytes === undefined ? [] : [`--max-old-space-size=${heapMebibytes}`]
  return [process.execPath, ...nodeFlags, ...heap, `${programDirectory}iot-log.mjs`].join(' ')
}

/** How an export differs from the plain one. */
export interface ExportVariant {
  /** Instead of the directory. */
  readonly source?: string
  /** Instead of the fastest: `zlib-handle` is what there is without the native add-on. */
  readonly inflater?: InflaterName | undefined
  /** Assignments for the shell. */
  readonly environment?: string
  /** Of V8's objects that live long, in MiB, instead of the usual. */
  readonly heapMebibytes?: number | undefined
}

/** Ours: from the directory, or another source, to the finished, verified zip. */
export function iotLog(threads: number, variant: ExportVariant = {}): Contender {
  const { source, inflater, environment = '', heapMebibytes } = variant
  const addOn = inflater === undefined ? '' : inflater === 'zlib-handle' ? ', no add-on' : `, ${inflater}`
  const assignments = inflater === undefined ? environment : `${environment} IOT_LOG_INFLATER=${inflater}`
  return {
    name: `iot-log, ${threads} thread${threads === 1 ? '' : 's'}${addOn}`,
    isInstalled: () => true,
    command: (directory, identifier, output) =>
      `${assignments} ${program(heapMebibytes)} export ${identifier} telemetry 2023/10/01 --source ${source ?? `file://${directory}`} ` +
      `--threads ${threads} --output ${output}.zip --force --quiet`
  }
}

/** The listing and estimate of a whole day of a configuration. */
export function planCommand(config: string): string {
  return `${program()} plan THING00001 telemetry 2023/10/01 --config ${config} --json`
}

/** What people use today. All of them give the lines alone, some in no order. */
export const peers = {
  rg: shell(
    'rg -z -F',
    ['rg'],
    (directory, identifier, output) => `rg -z -a -F --no-filename ${identifier} ${directory} > ${output}`
  ),
  ugrep: shell(
    'ugrep -z -F',
    ['ugrep'],
    (directory, identifier, output) => `ugrep -r -z -a -F -h ${identifier} ${directory} > ${output}`
  ),
  igzip: shell(
    'xargs -P2 igzip | rg -F',
    ['igzip', 'rg'],
    (directory, identifier, output) =>
      `find ${directory} -type f -print0 | xargs -0 -P2 -n 8 sh -c ` +
      `'for f; do igzip -dc "$f" | rg -a -F ${identifier}; done; true' sh > ${output}`
  ),
  zcat: shell(
    'zcat | grep -F',
    ['zcat', 'grep'],
    (directory, identifier, output) =>
      `find ${directory} -type f | LC_ALL=C sort | xargs zcat | LC_ALL=C grep -a -F ${identifier} > ${output}`
  ),
  clickhouse: { ...script('ClickHouse (chdb), 2 threads', '../peers/clickhouse.ts'), isInstalled: isChdbInstalled },
  duckdb: script('DuckDB, 2 threads', '../peers/duckdb.ts'),
  idiomatic: script('gunzip + split2 in Node', '../peers/idiomatic.ts')
} as const satisfies Record<string, Contender>
export type PeerName = keyof typeof peers

/** The same lines, found in memory already, through `archiver` as it comes, at a level of deflate. */
export function archiverPipeline(level: number): Contender {
  const path = pathOf('archiver-pipeline.ts')
  return {
    name: `gunzip, search, archiver (level ${level})`,
    isInstalled: () => existsSync(path),
    command: (directory, identifier, output) =>
      `${process.execPath} ${path} ${directory} ${identifier} ${level} ${output}.zip`
  }
}

/** The SDK's client as its documentation shows it, from a bucket. */
export function plainSdk(bucket: string, environment: string): Contender {
  return {
    name: 'client-s3, 32 GETs at a time',
    isInstalled: () => true,
    command: (_, identifier, output) =>
      `${environment} ${process.execPath} ${pathOf('../peers/plain-sdk.ts')} ${bucket} ${identifier} ${output}`
  }
}

/** The installed contenders; prints the missing ones. */
export function installed<T extends Contender>(contenders: readonly T[]): readonly T[] {
  const missing = contenders.filter((one) => !one.isInstalled())
  if (missing.length > 0) console.log(`Not installed, left out: ${missing.map(({ name }) => name).join('; ')}`)
  return contenders.filter((one) => !missing.includes(one))
}

function shell(name: string, needs: readonly string[], command: Contender['command']): Contender {
  return {
    name,
    command,
    isInstalled: () => needs.every((need) => spawnSync('sh', ['-c', `command -v ${need}`]).status === 0)
  }
}

function script(name: string, file: string): Contender {
  return {
    name,
    isInstalled: () => true,
    command: (directory, identifier, output) =>
      `${process.execPath} ${pathOf(file)} ${directory} ${identifier} ${output}`
  }
}

/** Found once: loading it takes a moment. */
let hasChdb: boolean | undefined
function isChdbInstalled(): boolean {
  const code = `import(${JSON.stringify(pathOf('../peers/find-chdb.ts'))}).then((m) => process.exit(m.findChdb() ? 0 : 1))`
  hasChdb ??= spawnSync(process.execPath, ['-e', code]).status === 0
  return hasChdb
}
