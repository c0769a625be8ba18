import { globSync, readFileSync } from 'node:fs'

/** The text of every source file by its path, below the working directory: the repository's folder. */
export function readSources(): Map<string, string> {
  const paths = globSync('{worker,ingress,infra,queries,bench,test}/**/*.{ts,mts,cts,js,mjs,cjs}')
  return new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]))
}
