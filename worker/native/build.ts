import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/*
 * Builds the optional native add-on (worker/native), which makes a scan twice as fast: `npm run build:native`. It needs
 * gcc and ISA-L, but no node-gyp and no network: the package node-api-headers has the headers of Node-API, a C interface.
 * The add-on runs on every Node from 20 on.
 */

const sources = fileURLToPath(new URL('./', import.meta.url))
const target = `${sources}native.node`
const bundles = fileURLToPath(new URL('../../dist/', import.meta.url))
const install = 'on Debian and Ubuntu: apt-get install gcc libc6-dev libisal-dev'

const problem = build()
if (problem === undefined) console.log(`Built ${target}; iot-log doctor says whether it is used`)
else {
  console.error(`The native add-on was not built: ${problem}\nEverything works without it, at half the speed.`)
  process.exitCode = 1
}

function build(): string | undefined {
  const { platform, arch } = process
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64'))
    return `it is for Linux on x86-64 and arm64, and this is ${platform} on ${arch}`
  const compiler = process.env.CC ?? 'gcc'
  const hasCompiler = spawnSync(compiler, ['--version']).status === 0
  if (!hasCompiler) return `there is no ${compiler} (${install})`
  const header = spawnSync(compiler, ['-E', '-'], { input: '#include <isa-l/igzip_lib.h>\n' })
  if (header.status !== 0) return `ISA-L, the library libisal, is not installed with its headers (${install})`
  return compile(compiler)
}

function compile(compiler: string): string | undefined {
  const nodeHeaders = includeDirectory()
  if (nodeHeaders === undefined) return 'the package node-api-headers is not installed (npm ci)'
  const files = readdirSync(sources)
    .filter((name) => name.endsWith('.c'))
    .map((name) => sources + name)
  // Replaced by a rename: a running process has the old file mapped.
  const built = `${target}.${process.pid}`
  const flags = [
    '-std=c11',
    '-O2',
    // The searches call functions of other files at each stop. Inlined they are up to 1.7 times as fast.
    '-flto',
    '-Wall',
    '-Wextra',
    '-Wconversion',
    '-fPIC',
    '-shared',
    '-fvisibility=hidden',
    '-Wl,-z,now'
  ]
  const result = spawnSync(
    compiler,
    [...flags, '-DNAPI_VERSION=8', '-I', nodeHeaders, ...files, '-lisal', '-o', built],
    { encoding: 'utf8' }
  )
  if (result.status !== 0) {
    rmSync(built, { force: true })
    return `${compiler} failed\n${result.stderr}`
  }
  renameSync(built, target)
  if (existsSync(bundles)) copyFileSync(target, `${bundles}native.node`)
  return undefined
}

/** The directory of Node-API's headers. */
function includeDirectory(): string | undefined {
  try {
    return createRequire(import.meta.url)('node-api-headers').include_dir
  } catch {
    return undefined
  }
}
