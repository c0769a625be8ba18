import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { repository } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

interface SqlParser {
  /** What is wrong, and where; nothing for a statement that is well-formed. */
  validate(sql: string): { readonly message: string; readonly startLine: number }[]
}

/** dt-sql-parser's grammars. Its modules import each other without extensions, which Node takes only in one file. */
export async function openSqlParsers(): Promise<{ readonly trino: SqlParser; readonly hive: SqlParser }> {
  using place = temporaryDirectory()
  const outfile = `${place.path}/sql-parser.cjs`
  const contents = "export { HiveSQL, TrinoSQL } from 'dt-sql-parser'"
  await build({
    stdin: { contents, resolveDir: repository },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error'
  })
  const { default: parsers } = await import(pathToFileURL(outfile).href)
  return { trino: new parsers.TrinoSQL(), hive: new parsers.HiveSQL() }
}
