/*
 * What an export reports besides its lines: data that it read and did not understand, or did not take. A warning never
 * changes the status of an export.
 */

/** In the order in which they are reported. */
export const warningCodes = ['not-text', 'format-mismatch', 'no-time', 'outside-window', 'several-devices'] as const
/**
 * - `not-text`: objects that are neither text nor a container that iot-log reads; they are unreadable
 * - `format-mismatch`: records that do not fit the format of their category
 * - `no-time`: records without a time of their own in an export by record time
 * - `outside-window`: records that such an export left out by their time
 * - `several-devices`: the identifier matched more than one device
 */
export type WarningCode = (typeof warningCodes)[number]

/** A warning as it is counted during the scan. */
export interface CountedWarning {
  readonly code: WarningCode
  /** Records; objects for `not-text`; devices for `several-devices`. */
  readonly count: number
  readonly objects: number
  /** Keys of the first of these objects, up to three, in key order. */
  readonly keys: readonly string[]
  /** What the data looks like: the likely format or container, or the names of devices; `no-time` has `kept` or `left out`. */
  readonly hint: string
  /** Only of `several-devices`: the names in the order of their first line, at most {@link mostNames}. */
  readonly names?: readonly string[]
}

/** Names of devices that are kept, of an object and of an export. More are not counted. */
export const mostNames = 100

/** A warning as the manifest and the result have it. */
export interface Warning {
  readonly code: WarningCode
  readonly count: number
  readonly keys: readonly string[]
  readonly text: string
}

const shownKeys = 3

/** Adds up warnings of objects in key order, by code and hint. */
export class WarningCounts {
  readonly #counted = new Map<string, CountedWarning>()

  /** Counts records (or objects) of one object. A count of 0 is no warning. */
  add(code: WarningCode, key: string, count = 1, hint = ''): void {
    if (count > 0) this.merge({ code, count, objects: 1, keys: [key], hint })
  }

  /** The devices of one object. They are no warning before another one is known. */
  addNames(key: string, names: readonly string[]): void {
    if (names.length > 0)
      this.merge({ code: 'several-devices', count: names.length, objects: 1, keys: [key], hint: '', names })
  }

  merge(more: CountedWarning): void {
    const id = `${more.code} ${more.hint}`
    const known = this.#counted.get(id)
    // The first names of all objects are among the first names of each: so the threads have no influence.
    const names = more.names && [...new Set([...(known?.names ?? []), ...more.names])].slice(0, mostNames)
    this.#counted.set(id, {
      ...more,
      ...(names && { names }),
      count: names?.length ?? (known?.count ?? 0) + more.count,
      objects: (known?.objects ?? 0) + more.objects,
      keys: [...(known?.keys ?? []), ...more.keys].slice(0, shownKeys)
    })
  }

  /** By code, and then as they were first seen. */
  list(): CountedWarning[] {
    const all = [...this.#counted.values()]
    return warningCodes.flatMap((code) => all.filter((one) => one.code === code))
  }
}
