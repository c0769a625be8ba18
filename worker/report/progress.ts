import type { JobProgress } from '../contract/job.ts'
import { formatBytes, formatCount, formatNumber, formatSeconds } from '../contract/units.ts'
import type { ScanProgress } from '../scan/protocol.ts'

/** The progress of an export in numbers, which each reporter shows in its own way. */
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

  /** 0 to 1, by the bytes that were read or skipped; by objects if all are empty. */
  get fraction(): number {
    const { objects, storedBytes } = this.#total
    if (storedBytes > 0) return Math.min(1, this.done.passedBytes / storedBytes)
    return objects === 0 ? 1 : this.done.objects / objects
  }

  /** Decompressed bytes a second since the scan began. */
  bytesPerSecond(nowMs: number): number {
    return (this.done.textBytes * 1000) / Math.max(1, nowMs - this.#startedMs)
  }

  /** Seconds that the rest takes at the rate so far; undefined while it is too early for an estimate. */
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

/** The percent of a job: 10 when a worker starts it, 10 to 99 by the fraction read, and 100 only with a result. */
export function percentAt(fraction: number): number {
  return 10 + Math.floor(89 * Math.min(1, Math.max(0, fraction)))
}

/** The percent of a job that a worker has started. */
export function shownPercent(progress: JobProgress | null): number {
  return progress?.percent ?? percentAt(0)
}
