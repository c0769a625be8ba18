import { createRequire } from 'node:module'
import { messageOf } from '../contract/errors.ts'

/*
 * Loads the add-on with ISA-L (addon.c), if it was built. `npm run build:native` puts it beside this file, `npm run build`
 * beside the bundles. Each thread loads it itself.
 */

/** An inflater of the add-on. */
export type NativeStream = object & { readonly native: unique symbol }

/** A compiled search of the add-on. */
export type NativeSearch = object & { readonly search: unique symbol }

export interface NativeAddOn {
  create(): NativeStream
  /** Begins a new deflate stream. */
  begin(stream: NativeStream): void
  /**
   * Decodes `input[from, to)` into the window, which is the same at every step of a stream. Puts five numbers into
   * `result`: the consumed bytes, the start and the end of the output in the window, the CRC-32 of the output so far, and
   * the state: 0 needs input, 1 may have more output, 2 complete. Returns false for invalid bytes.
   */
  step(
    stream: NativeStream,
    window: Uint8Array,
    input: Uint8Array,
    from: number,
    to: number,
    result: Uint32Array
  ): boolean
  /**
   * Compiles a search for any of several texts. `texts` has them one after the other, each at least two bytes long.
   * Undefined if the processor does not support it.
   */
  compile(texts: Uint8Array, lengths: Uint32Array, ignoreCase: boolean, wholeWord: boolean): NativeSearch | undefined
  /**
   * Finds the lines with a hit. `from` is the start of a line. Puts runs of lines into `runs`: the start of the first
   * line, the end of the last one, and their number. Returns the number of runs. If `runs` is full, there may be more.
   */
  findRuns(search: NativeSearch, block: Uint8Array, from: number, runs: Uint32Array): number
  /**
   * Deflates a block of one stream in libuv's pool. `output` must have 64 KiB more than twice the text. Returns the number
   * of bytes written. Until then the three arrays must not change.
   */
  deflate(text: Uint8Array, dictionary: Uint8Array, isLast: boolean, output: Uint8Array): Promise<number>
}

export type LoadedNative =
  | { readonly native: NativeAddOn }
  /** `isBuilt`: the file exists, but this machine can't load it. */
  | { readonly native: undefined; readonly isBuilt: boolean; readonly reason: string }

let loaded: LoadedNative | undefined

export function loadNative(): LoadedNative {
  loaded ??= load()
  return loaded
}

function load(): LoadedNative {
  try {
    return { native: createRequire(import.meta.url)('./native.node') }
  } catch (error) {
    const isBuilt = (error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND'
    return { native: undefined, isBuilt, reason: isBuilt ? messageOf(error) : 'it is not built (npm run build:native)' }
  }
}
