import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'

/** Something that people open zips with. */
export interface ZipReader {
  readonly name: string
  /** What must be installed; undefined for what comes with the tests. */
  readonly command?: string
  /** Of an entry's text. @throws when the reader finds anything amiss */
  sha256Of(zip: string, entry: string): Promise<string>
}

/** All compare checksums; the last reads from a pipe, without the directory at the zip's end. */
export const zipReaders: readonly ZipReader[] = [
  {
    name: 'unzip',
    command: 'unzip',
    sha256Of: (zip, entry) => sha256OfOutput('unzip', ['-p', zip, entry])
  },
  {
    name: "Python's zipfile",
    command: 'python3',
    sha256Of: (zip, entry) => {
      const script =
        'import shutil, sys, zipfile\n' +
        'shutil.copyfileobj(zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]), sys.stdout.buffer)'
      return sha256OfOutput('python3', ['-c', script, zip, entry])
    }
  },
  {
    name: '7z',
    command: '7z',
    sha256Of: (zip, entry) => sha256OfOutput('7z', ['e', '-so', zip, entry])
  },
  {
    name: 'yauzl',
    sha256Of: async (zip, name) => {
      const file = await openPromise(zip, { lazyEntries: true, autoClose: false })
      for await (const entry of file.eachEntry()) {
        if (entry.fileName !== name) continue
        const hash = createHash('sha256')
        await pipeline(await file.openReadStreamPromise(entry), hash)
        file.close()
        return hash.digest('hex')
      }
      throw new Error(`no entry ${name}`)
    }
  },
  {
    name: 'bsdtar, from a pipe',
    command: 'bsdtar',
    sha256Of: (zip, entry) => sha256OfOutput('bsdtar', ['-xOf', '-', entry], zip)
  }
]

export function isInstalled({ command }: ZipReader): boolean {
  return command === undefined || spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
}

/** Of what a program prints; it reads a file as its input, if one is given. */
async function sha256OfOutput(program: string, args: readonly string[], input?: string): Promise<string> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  const complaints: Buffer[] = []
  child.stderr.on('data', (chunk) => complaints.push(chunk))
  const hash = createHash('sha256')
  const fed = input === undefined ? child.stdin.end() : pipeline(createReadStream(input), child.stdin)
  await Promise.all([fed, pipeline(child.stdout, hash)])
  const code = await ended
  if (code !== 0) throw new Error(`${program} ends with ${code}: ${Buffer.concat(complaints)}`)
  return hash.digest('hex')
}
