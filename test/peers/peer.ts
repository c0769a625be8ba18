import type { ServerCommand } from './server.ts'

/** A program of another project. */
export interface Installable {
  readonly name: string
  /** Its program, looked for on PATH first. */
  readonly program: string
  /** Whether these arguments end a program that works with 0: a leftover shim of a version manager does not. */
  readonly probe: readonly string[]
  /** Where in the cache it is installed, by its version. */
  readonly cacheName: string
  /** Installs it below `directory`, gives the path of the program. */
  install(directory: string, signal: AbortSignal): Promise<string>
}

/** Another project's S3 server, to test the S3 store against. */
export interface Peer extends Installable {
  /** How it is run on a port, with a directory of its own. */
  serve(program: string, address: PeerAddress): ServerCommand
  /** Tests left out, by full name, each with what the peer does otherwise than S3. */
  readonly deviations: Readonly<Record<string, string>>
}

export interface PeerAddress {
  readonly port: number
  readonly region: string
  readonly credentials: { readonly id: string; readonly secret: string }
  readonly directory: string
}
