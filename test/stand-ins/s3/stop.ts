import type { Socket } from 'node:net'
import type { Stop } from './effects.ts'

/** Ends a connection the way the fault says. Bytes already handed to the kernel still arrive. */
export function stopConnection(socket: Socket | null, kind: Stop['kind']): void {
  if (!socket || socket.destroyed) return
  if (kind === 'cut') socket.destroySoon()
  else if (kind === 'reset') socket.resetAndDestroy()
}
