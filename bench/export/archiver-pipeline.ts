import { createReadStream, createWriteStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { ZipArchive } from 'archiver'

/*
 * The pipeline that the documented interfaces suggest, from a directory of gzip objects to a zip: gunzip, the lines that
 * hold an identifier, archiver. One object after the other, since the lines go into one entry in the order of the keys.
 * Its figures are what our zip is compared with at the same level.
 */

/** What serves gunzip best; its own 16 KiB take up to twice the time. */
const chunkBytes = 256 * 1024

const usage = 'node bench/export/archiver-pipeline.ts DIRECTORY IDENTIFIER LEVEL OUTPUT'
const [directory, identifier, level, output] = process.argv.slice(2)
if (directory === undefined || identifier === undefined || level === undefined || output === undefined) {
  console.error(usage)
  process.exit(2)
}
await zipLines(directory, identifier, Number(level), output)

async function zipLines(directory: string, identifier: string, level: number, output: string): Promise<void> {
  const archive = new ZipArchive({ zlib: { level } })
  const written = pipeline(archive, createWriteStream(output))
  archive.append(Readable.from(matchingLines(directory, identifier), { objectMode: false }), { name: 'telemetry.log' })
  await archive.finalize()
  await written
}

async function* matchingLines(directory: string, identifier: string): AsyncGenerator<Buffer> {
  for (const path of gzipObjects(directory)) {
    const text = createReadStream(path, { highWaterMark: chunkBytes }).pipe(createGunzip({ chunkSize: chunkBytes }))
    let rest: Buffer = Buffer.alloc(0)
    for await (const chunk of text as AsyncIterable<Buffer>) {
      const block = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      const end = block.lastIndexOf('\n') + 1
      yield* runsOfHits(block.subarray(0, end), identifier)
      rest = block.subarray(end)
    }
    if (rest.length > 0) yield* runsOfHits(Buffer.concat([rest, Buffer.from('\n')]), identifier)
  }
}

/** The lines of a block of whole lines that hold the identifier; neighbours together. */
function* runsOfHits(block: Buffer, identifier: string): Generator<Buffer> {
  let runStart = 0
  let runEnd = 0
  for (let hit = block.indexOf(identifier); hit >= 0; hit = block.indexOf(identifier, runEnd)) {
    const start = block.lastIndexOf('\n', hit) + 1
    if (start !== runEnd) {
      if (runEnd > runStart) yield block.subarray(runStart, runEnd)
      runStart = start
    }
    runEnd = block.indexOf('\n', hit) + 1
  }
  if (runEnd > runStart) yield block.subarray(runStart, runEnd)
}

function gzipObjects(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.gz'))
    .sort()
    .map((name) => join(directory, name))
}
