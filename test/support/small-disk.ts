import { spawnSync } from 'node:child_process'
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.ts'

/** A file system of its own that holds `kibibytes`; undefined where this process may not mount one. */
export function smallDisk(kibibytes: number): TemporaryDirectory | undefined {
  const directory = temporaryDirectory()
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', directory.path])
  if (mount.status !== 0) {
    directory[Symbol.dispose]()
    return undefined
  }
  return {
    ...directory,
    [Symbol.dispose]: () => {
      spawnSync('umount', ['-l', directory.path])
      directory[Symbol.dispose]()
    }
  }
}
