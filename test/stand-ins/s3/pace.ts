import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** When each connection has finished sending its bytes. */
const freeAtMs = new WeakMap<Socket, number>()

/** Waits until a connection of that bandwidth has carried these bytes too. */
export async function pace(socket: Socket, bytes: number, bytesPerSecond: number): Promise<void> {
  const nowMs = performance.now()
  const freeMs = Math.max(freeAtMs.get(socket) ?? nowMs, nowMs) + (bytes * 1000) / bytesPerSecond
  freeAtMs.set(socket, freeMs)
  // Timers have a resolution of 1 ms: what is less is left to the next wait.
  if (freeMs - nowMs >= 1) await sleep(freeMs - nowMs, undefined, { ref: false })
}

/** How many bytes to send at a time for a stream that looks even. */
export function pacedChunkBytes(bytesPerSecond: number): number {
  return Math.max(1024, Math.min(1024 * 1024, Math.round(bytesPerSecond / 200)))
}
