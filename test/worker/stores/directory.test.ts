import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import type { Store } from '../../../worker/contract/store.ts'
import { openStore } from '../../../worker/stores/open-store.ts'
import { testStoreContract } from '../../contracts/store.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

testStoreContract('directory store', async () => {
  const directory = temporaryDirectory()
  const pathOf = (key: string): string => join(directory.path, key)
  return {
    store: openStore({ url: directory.url }),
    put: async (key, bytes) => {
      mkdirSync(dirname(pathOf(key)), { recursive: true })
      writeFileSync(pathOf(key), bytes)
    },
    remove: async (key) => rmSync(pathOf(key)),
    everything: async () => filesBelow(directory.path),
    [Symbol.asyncDispose]: async () => directory[Symbol.dispose]()
  }
})

describe('directory store', () => {
  it('a directory store follows links and refuses one that leads back up', async () => {
    using directory = temporaryDirectory()
    mkdirSync(join(directory.path, 'a'))
    writeFileSync(join(directory.path, 'a', 'log'), 'x')
    symlinkSync('a', join(directory.path, 'b'))
    symlinkSync('nowhere', join(directory.path, 'dangling'))
    const store = openStore({ url: directory.url })
    assert.deepEqual(await keysOf(store), ['a/log', 'b/log', 'dangling'])
    symlinkSync('..', join(directory.path, 'a', 'up'))
    await assert.rejects(keysOf(store), /leads back to a directory above it/)
  })

  it('a directory store lists missing files, so that the export counts them', async () => {
    using directory = temporaryDirectory()
    writeFileSync(Buffer.concat([Buffer.from(`${directory.path}/caf`), Buffer.from([0xe9])]), 'x')
    symlinkSync('itself', join(directory.path, 'itself'))
    const store = openStore({ url: directory.url })
    const objects = (await Array.fromAsync(store.list(''))).flat()
    assert.equal(objects.length, 2)
    for (const object of objects) {
      assert.ok(object.size > 0)
      await assert.rejects(async () => store.open(object))
    }
  })

  it('a directory store reports an object that became shorter after the listing', async () => {
    using directory = temporaryDirectory()
    writeFileSync(join(directory.path, 'log'), 'a few bytes')
    const body = await openStore({ url: directory.url }).open({ key: 'log', size: 100 })
    assert.equal(String(await body.read()), 'a few bytes')
    await assert.rejects(async () => body.read(), /ends at byte 11, not at byte 100/)
    await body.close()
  })

  it('a directory store replaces files only', async () => {
    using directory = temporaryDirectory()
    const store = openStore({ url: directory.url })
    mkdirSync(join(directory.path, 'd'))
    await assert.rejects(store.write('d', Readable.from([Buffer.from('x')]), { overwrite: true }), /Not a file/)
    const name = 'n'.repeat(250)
    await store.write(name, Readable.from([Buffer.from('x')], { objectMode: false }), { overwrite: false })
    assert.deepEqual(readdirSync(directory.path).sort(), ['d', name])
  })

  it('a directory store says which directory does not exist', async () => {
    using directory = temporaryDirectory()
    const store = openStore({ url: `${directory.url}/none` })
    await assert.rejects(keysOf(store), new RegExp(`Not found: ${directory.path}/none`))
  })

  it('a directory store never leaves its directory', async () => {
    using directory = temporaryDirectory()
    const store = openStore({ url: directory.url })
    await assert.rejects(
      store.write('../x', Readable.from([Buffer.from('x')]), { overwrite: true }),
      /no "\." or "\.\." segment/
    )
    await assert.rejects(async () => store.open({ key: 'a/../../x', size: 1 }), /no "\." or "\.\." segment/)
  })

  it('a directory store removes what a killed process of this machine left, and nothing of a living one', async () => {
    using directory = temporaryDirectory()
    const dead = spawnSync(process.execPath, ['-e', '']).pid
    const partials = [dead, process.ppid].map((owner) => `.x.zip.${hostname()}.${owner}-0.partial`)
    for (const name of [...partials, '.y.zip.partial']) writeFileSync(join(directory.path, name), 'half')
    const store = openStore({ url: directory.url })
    await store.write('x.zip', Readable.from([Buffer.from('whole')]), { overwrite: true })
    assert.deepEqual(readdirSync(directory.path).sort(), [partials[1]!, '.y.zip.partial', 'x.zip'].sort())
  })

  it('an unknown scheme is rejected with the names of the known ones', () => {
    assert.throws(() => openStore({ url: 'ftp://host/logs' }), /No store reads ftp:\/\/host\/logs.*file:\/\//)
  })
})

async function keysOf(store: Store): Promise<string[]> {
  const keys: string[] = []
  for await (const page of store.list('')) keys.push(...page.map((object) => object.key))
  return keys
}

function filesBelow(root: string): string[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => statSync(join(root, name)).isFile())
  const emptyDirectories = names.filter(
    (name) => statSync(join(root, name)).isDirectory() && readdirSync(join(root, name)).length === 0
  )
  return [...files, ...emptyDirectories.map((name) => `${name}/`)].map((name) => relative('', name)).sort()
}
