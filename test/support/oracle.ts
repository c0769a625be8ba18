import { spawnSync } from 'node:child_process'

/** What to look for, as grep's command line says it. */
export interface GrepOptions {
  readonly match?: 'text' | 'word'
  readonly case?: 'exact' | 'ignore'
}

/**
 * The lines of a text that hold any of the identifiers, as GNU grep finds them in the C locale: the meaning of an
 * export. grep adds a line end to an unterminated last line.
 */
export function grepLines(text: Buffer, identifiers: readonly string[], options: GrepOptions = {}): Buffer {
  const flags = ['-a', '-F', ...(options.match === 'word' ? ['-w'] : []), ...(options.case === 'ignore' ? ['-i'] : [])]
  const patterns = identifiers.flatMap((identifier) => ['-e', identifier])
  const grep = spawnSync('grep', [...flags, ...patterns], {
    input: text,
    env: { LC_ALL: 'C', PATH: process.env.PATH },
    maxBuffer: 1e9
  })
  if (grep.error) throw grep.error
  if (grep.status === null || grep.status > 1) throw new Error(`grep failed: ${grep.stderr}`)
  return grep.stdout
}
