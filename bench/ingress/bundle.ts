import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { programDirectory } from '../export/contenders.ts'

/** All files that an entry may load, statically or later. */
export interface BundleSize {
  readonly files: number
  readonly bytes: number
  readonly gzipBytes: number
}

/** Follows the imports of an entry of what was built. */
export function measureBundle(entry: string): BundleSize {
  const texts = new Map<string, Buffer>()
  const names = [entry]
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (texts.has(name)) continue
    const text = readFileSync(`${programDirectory}${name}`)
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
