import { createReadStream, createWriteStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import limit from 'p-limit'
import split2 from 'split2'

/*
 * How one writes this first in Node: gunzip, split2, includes, write; eight objects at a time, lines in no order. The
 * baseline of `npm run bench:guard`.
 *   node bench/peers/idiomatic.ts DIRECTORY IDENTIFIER OUTPUT
 */

const [directory, identifier, output] = process.argv.slice(2) as [string, string, string]
const found = createWriteStream(output)
const atOnce = limit(8)
const names = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
await Promise.all(names.map((entry) => atOnce(() => search(join(entry.parentPath, entry.name)))))
await new Promise<void>((resolve) => found.end(resolve))

async function search(path: string): Promise<void> {
  await pipeline(createReadStream(path), createGunzip(), split2(), async (lines: AsyncIterable<string>) => {
    for await (const line of lines) {
      if (!line.includes(identifier) || found.write(`${line}\n`)) continue
      await new Promise<void>((resolve) => found.once('drain', resolve))
    }
  })
}
