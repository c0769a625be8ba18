import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { it } from 'node:test'
import type { InflaterName } from '../../worker/decode/inflater.ts'
import { loadNative, type NativeAddOn } from '../../worker/native/load-native.ts'
import type { Deflater } from '../../worker/outputs/zip/deflater.ts'
import { createNativeDeflater } from '../../worker/outputs/zip/deflater-native.ts'
import { zlibDeflater } from '../../worker/outputs/zip/deflater-zlib.ts'
import { repository } from './run-cli.ts'
import { skipLoudly } from './skip-loudly.ts'

const directory = `${repository}worker/native/`

const { native, why } = ensureNative()

/** The add-on, built where that is possible; undefined where gcc or libisal is missing. */
export const nativeAddOn: NativeAddOn | undefined = native

/** Every inflater that this machine has. */
export const inflaters: readonly InflaterName[] = [
  ...(native ? (['isa-l'] as const) : []),
  'zlib-handle',
  'zlib-stream'
]

/** Every deflater that this machine has. */
export const deflaters: readonly Deflater[] = [...(native ? [createNativeDeflater(native)] : []), zlibDeflater]

/** Says, as a skipped test, that the tests of the add-on did not run. */
export function warnIfNativeIsMissing(): void {
  if (!native) it('with the native add-on', (test) => skipLoudly(test, `it can't be built here: ${why}`))
}

function ensureNative(): { native: NativeAddOn | undefined; why: string } {
  const changedMs = (name: string): number => statSync(directory + name, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const newest = Math.max(...readdirSync(directory).map((name) => (/\.[ch]$/.test(name) ? changedMs(name) : 0)))
  const build =
    changedMs('native.node') > newest
      ? undefined
      : spawnSync(process.execPath, [`${repository}worker/native/build.ts`], { encoding: 'utf8' })
  const loaded = loadNative()
  return { native: loaded.native, why: loaded.native ? '' : `${build?.stderr ?? ''} ${loaded.reason}` }
}
