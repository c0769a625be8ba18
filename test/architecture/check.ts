import { dirname, join } from 'node:path'
import { transform } from 'esbuild'
import { areas, type EdgeKind, edges, edgesOfGlobals, edgesOfModules, guarded, pureModules } from './rules.ts'

/*
 * Checks which file may import what, and which may do more than compute. Why not by a tool: dependency-cruiser 18 needs
 * a TypeScript before 7, and its other parser fails on `using`. biome knows neither folders nor the file that a path
 * leads to. Imports are read from the source, those of types too. esbuild finds globals, because it knows scopes: it
 * replaces each by a name that is searched for.
 */

interface Import {
  readonly from: string
  /** A file of the repository, or the name of a module. */
  readonly to: string
  /** What is imported, as it is written. */
  readonly names: string
}

/** A use of an edge by a file. */
type Use = readonly [file: string, kind: EdgeKind, what: string]

/**
 * The violations in a tree, each as `<file>: <what is wrong>`: files outside of the areas, imports that the area may not
 * have, cycles of files or of folders, edges in modules that are not listed as one, and listed modules that are none.
 * @param files the text of each source file by its path in the repository
 */
export async function findViolations(files: ReadonlyMap<string, string>): Promise<string[]> {
  const imports = [...files].flatMap(([file, text]) => importsOf(file, text))
  const inside = imports.filter(({ to }) => areaOf(to) !== undefined)
  const rooms = inside.map(({ from, to }) => [roomOf(from), roomOf(to)] as const)
  const globals = await Promise.all([...files].filter(([file]) => guarded.test(file)).map(globalsOf))
  const uses = [...imports.filter(({ from }) => guarded.test(from)).flatMap(edgeOfImport), ...globals.flat()]
  const listed = Object.entries(edges).flatMap(([kind, modules]) => modules.map((module) => [module, kind] as const))
  return [
    ...[...files.keys()].filter((file) => !areaOf(file)).map((file) => `${file}: lies in no area`),
    ...inside.filter((one) => !isAllowed(one)).map(({ from, to }) => `${from}: its area may not import ${to}`),
    ...cyclic(inside.map(({ from, to }) => [from, to])).map((file) => `${file}: is part of an import cycle`),
    ...cyclic(rooms.filter(([from, to]) => from !== to)).map((room) => `${room}: is part of a cycle of folders`),
    ...uses
      .filter(([file, kind]) => !listed.some(([module, by]) => by === kind && fits(file, module)))
      .map(([file, kind, what]) => `${file}: is no edge to ${kind}, but uses ${what}`),
    ...listed
      .filter(([module, kind]) => !uses.some(([file, by]) => by === kind && fits(file, module)))
      .map(([module, kind]) => `${module}: is listed as an edge to ${kind}, but is none`)
  ]
}

/** Whether a file is the one of a pattern, in its folder (`folder/*`), or below it (`folder/**`). */
function fits(file: string, pattern: string): boolean {
  if (pattern.endsWith('/**')) return file.startsWith(pattern.slice(0, -2))
  return file === pattern || `${dirname(file)}/*` === pattern
}

const areaOf = (file: string): string | undefined => Object.keys(areas).find((area) => fits(file, area))

/** What must not import itself: a folder of the worker or the ingress; elsewhere, and on top of the worker, a file. */
function roomOf(file: string): string {
  return /^(?:worker|ingress)\/.+\//.test(file) ? dirname(file) : file
}

function isAllowed({ from, to }: Import): boolean {
  const own = areaOf(from)
  const other = areaOf(to)
  const allowed = own === undefined ? 'everything' : areas[own]!
  return own === other || allowed === 'everything' || allowed.includes(to) || allowed.includes(other ?? '')
}

/** What can be reached from itself. */
function cyclic(arrows: readonly (readonly [from: string, to: string])[]): string[] {
  const next = new Map<string, string[]>()
  for (const [from, to] of arrows) next.set(from, [...(next.get(from) ?? []), to])
  return [...next].flatMap(([start, tos]) => {
    const reached = new Set(tos)
    for (const one of reached) for (const to of next.get(one) ?? []) reached.add(to)
    return reached.has(start) ? [start] : []
  })
}

/** `import … from '…'`, `export … from '…'`, `import '…'` and `import('…')`, those of types too. */
export function importsOf(file: string, text: string): Import[] {
  const statements = text.matchAll(/^(?:(?:import|export)\b([^'"`;]*?)\bfrom|import) ?['"]([^'"]+)['"]/gm)
  const calls = text.matchAll(/\bimport\(\s*(?:['"]([^'"]+)['"])?/g)
  const found = [
    ...Array.from(statements, ([, names, to]) => [names ?? '', to!] as const),
    ...Array.from(calls, ([, to]) => ['*', to ?? 'a computed path'] as const)
  ]
  return found.map(([names, to]) => ({ from: file, to: to.startsWith('.') ? join(dirname(file), to) : to, names }))
}

/** Whatever is not known to be pure is an edge. */
function edgeOfImport({ from, to, names }: Import): Use[] {
  if (to === 'worker/async/clock.ts' && /\breal/.test(names)) return [[from, 'clock', 'the real clock']]
  if (/^(?:worker|ingress|infra|queries|bench|test)\/|\.json$/.test(to) || pureModules.test(to)) return []
  if (to === 'node:crypto') return /random|generate|webcrypto|\*/i.test(names) ? [[from, 'randomness', to]] : []
  return [[from, edgesOfModules.find(([pattern]) => pattern.test(to))?.[1] ?? 'system', to]]
}

async function globalsOf([file, text]: readonly [string, string]): Promise<Use[]> {
  const names = Object.keys(edgesOfGlobals)
  const define = Object.fromEntries(names.map((name, at) => [name, `edge$${at}$`]))
  const { code } = await transform(text, { loader: 'ts', target: 'esnext', define })
  return Array.from(code.matchAll(/edge\$(\d+)\$(\(\))?/g)).flatMap(([, at, call]): Use[] => {
    const name = names[Number(at)]!
    return name === 'Date' && call === undefined ? [] : [[file, edgesOfGlobals[name]!, name]]
  })
}
