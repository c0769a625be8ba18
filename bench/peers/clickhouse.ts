import { findChdb } from './find-chdb.ts'

/*
 * ClickHouse inside this process, on two threads: lines as they are, and `position`.
 *   node bench/peers/clickhouse.ts DIRECTORY IDENTIFIER OUTPUT
 */

const [directory, identifier, output] = process.argv.slice(2) as [string, string, string]
const chdb = findChdb()
if (!chdb) throw new Error('chdb is not installed: see bench/README.md')
// The name of the output can be no parameter.
if (!/^[\w./-]+$/.test(output)) throw new Error(`not a plain path: ${output}`)
chdb.queryBind(
  `SELECT line FROM file({files:String}, 'LineAsString', 'line String', 'gzip')
   WHERE position(line, {identifier:String}) > 0
   INTO OUTFILE '${output}' TRUNCATE FORMAT TSVRaw SETTINGS max_threads = 2`,
  { files: `${directory}/**`, identifier },
  'TSVRaw'
)
