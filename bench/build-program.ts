import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { programDirectory } from './export/contenders.ts'

/** Builds what is measured from the sources as they are, beside dist/, which others may be running. @throws when it fails */
export function buildProgram(): void {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const { status } = spawnSync(process.execPath, ['infra/build.ts', programDirectory], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error(`node infra/build.ts ended with ${status}`)
}

/** Whether the native add-on is in what was built. */
export function hasAddOn(): boolean {
  return existsSync(`${programDirectory}native.node`)
}
