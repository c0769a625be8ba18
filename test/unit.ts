import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { importsOf } from './architecture/check.ts'

/*
 * `npm run test:unit`: the tests that need no server, process, thread or browser. A test file belongs to them when
 * nothing that it imports, directly or by way of other files, can open one. New files join by themselves.
 */

/** Modules that open servers, processes and threads, or take seconds to load. */
const heavy = /^(?:node:(?:child_process|cluster|dgram|https?|net|tls|worker_threads)|aws-cdk-lib|esbuild|@duckdb\/)/

const paths = globSync('{worker,ingress,infra,queries,bench,test}/**/*.ts')
const files = new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]))
const tests = paths.filter((path) => path.endsWith('.test.ts'))
const light = tests.filter((file) => !reaches(file, new Set([file])))
console.log(`${light.length} of ${tests.length} test files`)
process.exitCode = spawnSync(process.execPath, ['--test', ...light], { stdio: 'inherit' }).status ?? 1

/** Whether a file imports a heavy module, types aside. `seen` are the files that were looked at. */
function reaches(file: string, seen: Set<string>): boolean {
  return importsOf(file, files.get(file) ?? '').some(({ to, names }) => {
    if (names.startsWith('type ') || seen.has(to)) return false
    if (!files.has(to)) return heavy.test(to)
    seen.add(to)
    return reaches(to, seen)
  })
}
