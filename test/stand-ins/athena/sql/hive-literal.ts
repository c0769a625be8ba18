const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', 0: '\0', Z: '\x1a' }

/** What a literal of Hive says: `\n`, `\001` and `\u0001` are one character each. */
export function hiveText(literal: string): string {
  return literal.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|[0-3][0-7]{2}|[\s\S])/g, (_, sign: string) => {
    if (sign.length === 5) return String.fromCharCode(Number.parseInt(sign.slice(1), 16))
    if (sign.length === 3) return String.fromCharCode(Number.parseInt(sign, 8))
    return escapes[sign] ?? sign
  })
}
