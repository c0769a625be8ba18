import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What belongs to one run: gone with its scope, and with the process, however that ends in peace. */
export interface RunDirectory extends Disposable {
  readonly path: string
  /**
   * A directory of this name that shows the logs through links and takes what is written beside them: so each bucket has
   * jobs and archives of its own, and two runs at once share nothing but logs.
   */
  showing(logs: string, name: string): string
}

export function runDirectory(): RunDirectory {
  const path = mkdtempSync(join(tmpdir(), 'iot-log-local-'))
  const remove = (): void => rmSync(path, { recursive: true, force: true })
  process.once('exit', remove)
  return {
    path,
    showing: (logs, name) => {
      const directory = join(path, name)
      mkdirSync(directory)
      for (const entry of readdirSync(logs)) symlinkSync(join(logs, entry), join(directory, entry), 'junction')
      return directory
    },
    [Symbol.dispose]: () => {
      process.off('exit', remove)
      remove()
    }
  }
}
