import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { testExactness } from '../contracts/exactness.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

testExactness('a directory', async () => {
  const directory = temporaryDirectory()
  return {
    settings: { url: directory.url },
    put: async (key, bytes) => {
      const path = join(directory.path, key)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, bytes)
    },
    [Symbol.asyncDispose]: async () => directory[Symbol.dispose]()
  }
})
