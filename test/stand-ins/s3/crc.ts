/*
 * The checksums that node:zlib lacks. Each works on what it returned before, beginning at 0.
 */

const crc32cTable = new Uint32Array(256)
const crc64Low = new Uint32Array(256)
const crc64High = new Uint32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let crc = byte
  let wide = BigInt(byte)
  for (let bit = 0; bit < 8; bit++) {
    crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
    wide = wide & 1n ? (wide >> 1n) ^ 0x9a6c9329ac4bc9b5n : wide >> 1n
  }
  crc32cTable[byte] = crc
  crc64Low[byte] = Number(wide & 0xffffffffn)
  crc64High[byte] = Number(wide >> 32n)
}

/** CRC-32C (Castagnoli). */
export function crc32c(bytes: Buffer, before: number): number {
  let crc = ~before
  for (let at = 0; at < bytes.length; at++) crc = (crc >>> 8) ^ crc32cTable[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}

/** CRC-64/NVME. */
export function crc64nvme(bytes: Buffer, before: bigint): bigint {
  let low = ~Number(before & 0xffffffffn)
  let high = ~Number(before >> 32n)
  for (let at = 0; at < bytes.length; at++) {
    const entry = (low ^ bytes[at]!) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ crc64Low[entry]!
    high = (high >>> 8) ^ crc64High[entry]!
  }
  return (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0)
}

/** The CRC-32 of two texts put together, from theirs and the length of the second: zlib's `crc32_combine`. */
export function combineCrc32(first: number, second: number, secondLength: number): number {
  let crc = first
  let power = shiftOneBit()
  // One bit, two, four: from eight bits on, the power of every bit of the length.
  for (let squared = 0; squared < 3; squared++) power = square(power)
  for (let left = secondLength; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) crc = times(power, crc)
    power = square(power)
  }
  return (crc ^ second) >>> 0
}

function shiftOneBit(): Uint32Array {
  const matrix = new Uint32Array(32)
  matrix[0] = 0xedb88320
  for (let row = 1; row < 32; row++) matrix[row] = 2 ** (row - 1)
  return matrix
}

function times(matrix: Uint32Array, vector: number): number {
  let sum = 0
  for (let row = 0, left = vector >>> 0; left !== 0; row++, left >>>= 1) if (left & 1) sum ^= matrix[row]!
  return sum >>> 0
}

const square = (matrix: Uint32Array): Uint32Array => matrix.map((row) => times(matrix, row))
