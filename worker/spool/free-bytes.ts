/** Smaller ones are not worth it, and a library may keep its constants in them. */
const leastBytes = 64 * 1024

/**
 * Gives back the memory of bytes that nobody reads again, now rather than when the garbage collector comes: at hundreds
 * of megabytes a second they would pile up. Bytes that share their memory with others stay.
 */
export function freeBytes({ buffer, byteLength }: Uint8Array): void {
  const isWhole = buffer.byteLength === byteLength && byteLength >= leastBytes
  if (isWhole && buffer instanceof ArrayBuffer) buffer.transfer(0)
}
