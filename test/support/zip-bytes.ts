import { crc32, deflateRawSync } from 'node:zlib'

/** One file of a zip to be built; `crc` instead of the right one. */
export interface ZipFileBytes {
  readonly name: string
  readonly data: Buffer
  readonly stored?: boolean
  readonly crc?: number
  /** Instead of the data, deflated. */
  readonly deflated?: Buffer
}

/** Builds a zip by hand (APPNOTE.TXT 4.3), so that it can also be wrong. */
export function zipOf(files: readonly ZipFileBytes[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const file of files) {
    const name = Buffer.from(file.name)
    const content = file.stored ? file.data : (file.deflated ?? deflateRawSync(file.data))
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(file.stored ? 0 : 8, 4)
    common.writeUInt32LE(file.crc ?? crc32(file.data), 10)
    common.writeUInt32LE(content.length, 14)
    common.writeUInt32LE(file.data.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, content])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, name]))
    parts.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, central, end])
}
