import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** An empty directory that goes away with its scope. */
export interface TemporaryDirectory extends Disposable {
  readonly path: string
  /** `file:///…` */
  readonly url: string
}

export function temporaryDirectory(): TemporaryDirectory {
  const path = mkdtempSync(join(tmpdir(), 'iot-log-test-'))
  return {
    path,
    url: pathToFileURL(path).href,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true })
  }
}
