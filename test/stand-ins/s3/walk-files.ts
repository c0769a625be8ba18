import { readdirSync, statSync } from 'node:fs'

/** A file and its path below the root. */
export interface FoundFile {
  readonly key: string
  readonly path: string
}

/** Every file below `root`, links followed, in no order. The directory `without`, at the top, is left out. */
export function* walkFiles(root: string, without: string): Generator<FoundFile> {
  const waiting = ['']
  for (let prefix = waiting.pop(); prefix !== undefined; prefix = waiting.pop()) {
    for (const entry of readdirSync(`${root}/${prefix}`, { withFileTypes: true })) {
      const key = prefix + entry.name
      const path = `${root}/${key}`
      const target = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : entry
      if (target?.isFile()) yield { key, path }
      else if (target?.isDirectory() && key !== without) waiting.push(`${key}/`)
    }
  }
}
