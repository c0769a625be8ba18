import { formatBytes, formatCount, formatNumber, formatSeconds } from '../contract/units.ts'
import type { ScanProgress } from '../scan/protocol.ts'

/** How far an export is: pure numbers, which every reporter shows in its own way. */
export class ProgressModel {
  #startedMs = 0
  #total = { objects: 0, storedBytes: 0 }
  readonly done: ScanProgress = { objects: 0, storedBytes: 0, passedBytes: 0, textBytes: 0, lines: 0 }

  /** The listing is complete and the scan begins. */
  begin(total: { readonly objects: number; readonly storedBytes: number }, nowMs: number): void {
    this.#total = { objects: total.objects, storedBytes: total.storedBytes }
    this.#startedMs = nowMs
  }

  advance(progress: ScanProgress): void {
    this.done.objects += progress.objects
    this.done.storedBytes += progress.storedBytes
    this.done.passedBytes += progress.passedBytes
    this.done.textBytes += progress.textBytes
    this.done.lines += progress.lines
  }

  get totalObjects(): number {
    return this.#total.objects
  }

  /** 0 to 1, by the bytes that were read or need not be; by objects where none has bytes. */
  get fraction(): number {
    const { objects, storedBytes } = this.#total
    if (storedBytes > 0) return Math.min(1, this.done.passedBytes / storedBytes)
    return objects === 0 ? 1 : this.done.objects / objects
  }

  /** Decompressed bytes a second since the scan began. */
  bytesPerSecond(nowMs: number): number {
    return (this.done.textBytes * 1000) / Math.max(1, nowMs - this.#startedMs)
  }

  /** Seconds that the rest will take at the rate so far; undefined while there is too little to tell by. */
  secondsLeft(nowMs: number): number | undefined {
    const elapsedMs = nowMs - this.#startedMs
    if (elapsedMs < 500 || this.fraction < 0.01) return undefined
    return (elapsedMs * (1 - this.fraction)) / this.fraction / 1000
  }
}

/** `62 %  148 of 240 objects  612 MB/s  531 lines  5 s left`. */
export function progressText(progress: ProgressModel, nowMs: number): string {
  const left = progress.secondsLeft(nowMs)
  return [
    `${Math.floor(progress.fraction * 100)} %`,
    `${formatNumber(progress.done.objects)} of ${formatCount(progress.totalObjects, 'object')}`,
    `${formatBytes(progress.bytesPerSecond(nowMs))}/s`,
    formatCount(progress.done.lines, 'line'),
    ...(left === undefined ? [] : [`${formatSeconds(left)} left`])
  ].join('  ')
}
