import { existsSync } from 'node:fs'
import { chmod, copyFile, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { filesOf } from '../worker/athena/saved-queries.ts'

/*
 * `node infra/build.ts [DIRECTORY]` bundles the programs that run without node_modules, into dist by default: the
 * `iot-log` command, the worker of a job, their scan threads, and the Lambdas. They need Node 22 or later.
 */

const root = fileURLToPath(new URL('..', import.meta.url))
const outdir = resolve(process.argv[2] ?? `${root}dist`)

await rm(outdir, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: {
    'iot-log': 'worker/cli.ts',
    'worker-main': 'worker/main.ts',
    'ingress-slack': 'ingress/slack/lambda.ts',
    'ingress-job-events': 'ingress/slack/job-events.ts',
    forward: 'worker/forward/lambda.ts',
    'scan-thread': 'worker/scan/thread.ts'
  },
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // The SDK of S3 is a chunk of its own, which only some programs load.
  splitting: true,
  chunkNames: 'chunk-[hash]',
  platform: 'node',
  // Modules before CommonJS: only what is used is bundled, and the ingress starts a seventh faster.
  mainFields: ['module', 'main'],
  format: 'esm',
  target: 'node22.15',
  minifySyntax: true,
  minifyWhitespace: true,
  // CommonJS packages inside an ES module call require for Node's own modules.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);"
  },
  logLevel: 'warning'
})
await writeFile(`${outdir}/queries.json`, JSON.stringify(filesOf(new URL('../queries/', import.meta.url))))
await chmod(`${outdir}/iot-log.mjs`, 0o755)
// Only after `npm run build:native`.
const native = `${root}worker/native/native.node`
if (existsSync(native)) await copyFile(native, `${outdir}/native.node`)
