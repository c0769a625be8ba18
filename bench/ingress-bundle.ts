import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

/** All files that an entry may load, statically or later. */
export interface BundleSize {
  readonly files: number
  readonly bytes: number
  readonly gzipBytes: number
}

const root = new URL('..', import.meta.url)

/** Builds dist/ as it is deployed. @throws when that fails */
export async function buildBundles(): Promise<void> {
  const child = spawn(process.execPath, ['build.ts'], { cwd: fileURLToPath(root), stdio: 'inherit' })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`node build.ts ended with ${code}`)
}

/** Follows the imports of an entry of dist/. */
export function measureBundle(entry: string): BundleSize {
  const texts = new Map<string, Buffer>()
  const names = [entry]
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (texts.has(name)) continue
    const text = readFileSync(new URL(`dist/${name}`, root))
    texts.set(name, text)
    for (const [, imported] of text.toString().matchAll(/(?:from|import\(?)"\.\/([\w-]+\.mjs)"/g)) names.push(imported!)
  }
  const all = [...texts.values()]
  return {
    files: all.length,
    bytes: all.reduce((sum, { length }) => sum + length, 0),
    gzipBytes: all.reduce((sum, text) => sum + gzipSync(text).length, 0)
  }
}
