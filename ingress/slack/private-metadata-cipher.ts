import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/*
 * Text that others carry for us but can neither read nor change: a modal's private metadata holds the response URL of
 * the command that opened it, which is a bearer secret. AES-256-GCM under a key that is derived from the link keys, and
 * bound to whom it was given to.
 */

const ivBytes = 12
const tagBytes = 16

/** Encrypts a text with the first key. Decrypting needs the same `owner`. */
export function encryptText(text: string, owner: string, keys: readonly string[]): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', encryptionKey(keys[0]!), iv).setAAD(Buffer.from(owner))
  const encrypted = Buffer.concat([cipher.update(text), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64url')
}

/** Decrypts what one of the keys has encrypted for this owner; undefined for anything else. */
export function decryptText(encrypted: string, owner: string, keys: readonly string[]): string | undefined {
  const bytes = Buffer.from(encrypted, 'base64url')
  if (bytes.length < ivBytes + tagBytes) return undefined
  for (const key of keys) {
    const decipher = createDecipheriv('aes-256-gcm', encryptionKey(key), bytes.subarray(0, ivBytes))
    decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
    try {
      return decipher.update(bytes.subarray(ivBytes + tagBytes)).toString() + decipher.final().toString()
    } catch {
      // Another key, or not ours.
    }
  }
  return undefined
}

const encryptionKey = (key: string): Buffer => Buffer.from(hkdfSync('sha256', key, '', 'iot-log modal', 32))
