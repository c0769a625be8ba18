import { createReadStream, globSync } from 'node:fs'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Client } from '@opensearch-project/opensearch'
import split2 from 'split2'

/*
 * What one writes first: gunzip, split2, JSON.parse, and the client's own bulk helper. Without ids, retries that outlive
 * it, or a word of what was rejected.
 *   node bench/forward/forward-baseline.ts DIRECTORY URL
 */

const [directory, node] = process.argv.slice(2) as [string, string]
const client = new Client({ node })
for (const path of globSync(`${directory}/**/*.gz`).sort()) {
  const records = createReadStream(path).pipe(createGunzip()).pipe(split2(JSON.parse))
  await client.helpers.bulk({
    datasource: Readable.from(records),
    onDocument: () => ({ index: { _index: 'iot-telemetry-2023.10.01' } }),
    flushBytes: 2 * 1024 ** 2,
    concurrency: 2
  })
}
await client.close()
