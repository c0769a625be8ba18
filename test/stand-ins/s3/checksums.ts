import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { crc32 } from 'node:zlib'
import { crc32c, crc64nvme } from './crc.ts'
import { s3Error } from './errors.ts'

export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number]
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE'

/** A checksum of bytes, base64 as S3 writes it. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm
  readonly value: string
}

/** A checksum of an object: of its bytes, or of its parts' checksums (then it ends in `-` and their number). */
export interface ObjectChecksum extends Checksum {
  readonly type: ChecksumType
}

/** A checksum that goes on. */
export interface RunningChecksum {
  update(bytes: Buffer): void
  digest(): Buffer
}

export function startChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  if (algorithm === 'CRC32') return runningCrc((bytes, before) => crc32(bytes, before))
  if (algorithm === 'CRC32C') return runningCrc(crc32c)
  if (algorithm === 'CRC64NVME') return runningCrc64()
  const hash = createHash(algorithm)
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() }
}

/** The checksum of bytes that are at hand. */
export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Buffer): Checksum {
  const running = startChecksum(algorithm)
  running.update(bytes)
  return { algorithm, value: running.digest().toString('base64') }
}

function runningCrc(next: (bytes: Buffer, before: number) => number): RunningChecksum {
  let crc = 0
  return {
    update: (bytes) => {
      crc = next(bytes, crc)
    },
    digest: () => {
      const digest = Buffer.alloc(4)
      digest.writeUInt32BE(crc)
      return digest
    }
  }
}

function runningCrc64(): RunningChecksum {
  let crc = 0n
  return {
    update: (bytes) => {
      crc = crc64nvme(bytes, crc)
    },
    digest: () => {
      const digest = Buffer.alloc(8)
      digest.writeBigUInt64BE(crc)
      return digest
    }
  }
}

export const digestLengths: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32
}

/** `x-amz-checksum-crc32` and so on. */
export const checksumHeader = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`

/** The algorithm of such a header or trailer. */
export function algorithmOfHeader(name: string): ChecksumAlgorithm | undefined {
  return checksumAlgorithms.find((algorithm) => checksumHeader(algorithm) === name)
}

/** An algorithm as a header names it. */
export function parseAlgorithm(name: string): ChecksumAlgorithm {
  const found = checksumAlgorithms.find((algorithm) => algorithm === name.toUpperCase())
  if (!found) throw s3Error('InvalidRequest', {}, 'Checksum algorithm provided is unsupported.')
  return found
}

/** The checksum that a request's headers promise. More than one is refused, as is one of the wrong length. */
export function headerChecksum(headers: IncomingHttpHeaders, mayBeComposite = false): Checksum | undefined {
  const found: Checksum[] = []
  for (const algorithm of checksumAlgorithms) {
    const value = headers[checksumHeader(algorithm)]
    if (typeof value === 'string') found.push({ algorithm, value })
  }
  if (found.length > 1) {
    const text = 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.'
    throw s3Error('InvalidRequest', {}, text)
  }
  if (found[0] && !(mayBeComposite && /-\d+$/.test(found[0].value))) checkChecksumForm(found[0])
  return found[0]
}

/** Refuses a value that can't be a checksum of its algorithm. */
export function checkChecksumForm({ algorithm, value }: Checksum): void {
  const digest = Buffer.from(value, 'base64')
  if (digest.length === digestLengths[algorithm] && digest.toString('base64') === value) return
  throw s3Error('InvalidRequest', {}, `Value for ${checksumHeader(algorithm)} header is invalid.`)
}
