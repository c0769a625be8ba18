import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { configName } from '../worker/config/config-file.ts'

/*
 * The entries of each image and Lambda. A bundle has only the files of `dist/` (npm run build) that its entries load.
 */

/** By name: the entries in dist. The first one is the handler, or the program of the container. */
export const bundles = {
  worker: ['worker-main.mjs', 'scan-thread.mjs'],
  slack: ['ingress-slack.mjs'],
  'job-events': ['ingress-job-events.mjs'],
  forward: ['forward.mjs']
} as const satisfies Readonly<Record<string, readonly string[]>>

export type BundleName = keyof typeof bundles

/** The name of a file beside a module: a chunk, a thread, data, an add-on. */
const neighbour = /["'`](?:\.\/)?([\w.-]+\.(?:mjs|json|node))["'`]/g

/** Whether dist has all entries of a bundle. Parts that are not built are not deployed. */
export function isBuilt(dist: string, name: BundleName): boolean {
  return bundles[name].every((entry) => existsSync(join(dist, entry)))
}

/** The files of dist that entries load, in any way, and the entries. */
export function filesOf(dist: string, entries: readonly string[]): readonly string[] {
  const found = new Set<string>()
  const visit = (file: string): void => {
    if (found.has(file) || !existsSync(join(dist, file))) return
    found.add(file)
    if (!file.endsWith('.mjs')) return
    for (const [, name] of readFileSync(join(dist, file), 'utf8').matchAll(neighbour)) visit(name!)
  }
  for (const entry of entries) visit(entry)
  return [...found].sort()
}

/** Writes the configuration into a directory of its own, and returns the directory. */
export function stageConfig(configPath: string, target: string): string {
  mkdirSync(target, { recursive: true })
  copyFileSync(configPath, join(target, configName))
  return target
}

/**
 * Writes a bundle into a directory of its own: its files, the configuration, and the files `beside` the configuration.
 * @throws Error if dist lacks an entry, or such a file is missing
 */
export function writeBundle(
  name: BundleName,
  dist: string,
  configPath: string,
  target: string,
  beside: readonly string[] = []
): void {
  if (!isBuilt(dist, name)) throw new Error(`${dist} has no ${bundles[name].join(', ')}: run npm run build`)
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  for (const file of filesOf(dist, bundles[name]).filter((one) => isUsable(one, name))) {
    copyFileSync(join(dist, file), join(target, file))
  }
  for (const file of beside) copyFileSync(join(dirname(configPath), file), join(target, file))
  copyFileSync(configPath, join(target, configName))
}

/** An add-on needs the machine type that built it, and ISA-L: the image has both, Lambda neither. */
const isUsable = (file: string, name: BundleName): boolean => name === 'worker' || !file.endsWith('.node')
