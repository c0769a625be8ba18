import { DuckDBInstance } from '@duckdb/node-api'

/*
 * DuckDB inside this process, on two threads: each line one column, and `contains`.
 *   node bench/peers/duckdb.ts DIRECTORY IDENTIFIER OUTPUT
 */

const [directory, identifier, output] = process.argv.slice(2) as [string, string, string]
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
const connection = await instance.connect()
await connection.run(
  `COPY (
     SELECT line FROM read_csv(${quoted(`${directory}/**/*.gz`)}, columns = {line: 'VARCHAR'}, delim = chr(1), quote = '',
       escape = '', header = false, auto_detect = false, compression = 'gzip', new_line = '\\n')
     WHERE contains(line, ${quoted(identifier)})
   ) TO ${quoted(output)} (FORMAT csv, HEADER false, DELIMITER '\u0001', QUOTE '', ESCAPE '')`
)
