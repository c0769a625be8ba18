import { createRequire } from 'node:module'
import { messageOf } from '../contract/errors.ts'

/*
 * The add-on over ISA-L (addon.c), where it was built: `npm run build:native` puts it beside this file, `npm run build`
 * beside the bundles. Each thread loads it for itself.
 */

/** An inflater's state, to be handed back to the add-on. */
export type NativeStream = object & { readonly native: unique symbol }

/** A compiled search, to be handed back to the add-on. */
export type NativeSearch = object & { readonly search: unique symbol }

export interface NativeAddOn {
  create(): NativeStream
  /** Begins a new deflate stream. */
  begin(stream: NativeStream): void
  /**
   * Decodes on from `input[from, to)` into the window, which is the same at every step of a stream, and puts five
   * figures into `result`: bytes consumed, where in the window the output begins and where it ends, the CRC-32 of the
   * output so far, and what is next: 0 more input, 1 more output maybe, 2 nothing, the stream is complete. False for
   * bytes that no deflate stream holds.
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
   * Compiles a search for any of several texts, one behind the other, each at least two bytes long; undefined on a
   * processor that lacks what it needs.
   */
  compile(texts: Uint8Array, lengths: Uint32Array, ignoreCase: boolean, wholeWord: boolean): NativeSearch | undefined
  /**
   * Finds the lines with a hit from `from`, where a line begins, and puts runs of them into `runs`: where the first line
   * begins, where the last one ends, how many they are. Returns how many runs; there may be more where `runs` is full.
   */
  findRuns(search: NativeSearch, block: Uint8Array, from: number, runs: Uint32Array): number
  /**
   * Deflates a block of one stream into `output`, which has room for 64 KiB more than twice the text, in libuv's pool.
   * Tells how many bytes it wrote. The three arrays must stay as they are until then.
   */
  deflate(text: Uint8Array, dictionary: Uint8Array, isLast: boolean, output: Uint8Array): Promise<number>
}

export type LoadedNative =
  | { readonly native: NativeAddOn }
  /** `isBuilt`: it is there, and this machine can't load it. */
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
