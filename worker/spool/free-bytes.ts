/** Smaller buffers are not worth it, and a library may keep its constants in them. */
const leastBytes = 64 * 1024

/**
 * Frees the memory of bytes that no code reads again, without waiting for the garbage collector: at hundreds of megabytes
 * a second they would pile up. Bytes that share their memory with others are not freed.
 */
export function freeBytes({ buffer, byteLength }: Uint8Array): void {
  const isWhole = buffer.byteLength === byteLength && byteLength >= leastBytes
  if (isWhole && buffer instanceof ArrayBuffer) buffer.transfer(0)
}
