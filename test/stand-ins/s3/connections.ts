import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** The listening socket and all that came through it. */
export interface Connections {
  readonly port: number
  count(): number
  /** Takes connections again, on the same port. */
  open(): Promise<void>
  /** Refuses new connections and destroys those there are. */
  shut(): Promise<void>
}

/** Listens on loopback. */
export async function listen(server: Server, wantedPort: number): Promise<Connections> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const open = async (port: number): Promise<void> => {
    if (server.listening) return
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await open(wantedPort)
  const { port } = server.address() as AddressInfo
  return {
    port,
    count: () => sockets.size,
    open: () => open(port),
    shut: async () => {
      if (!server.listening) return
      const closed = [once(server, 'close'), ...[...sockets].map((socket) => once(socket, 'close'))]
      server.close()
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
    }
  }
}
