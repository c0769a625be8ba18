/**
 * A text as an SQL literal, for an execution parameter of Athena: in single quotes, with quotes doubled. SQL has no other
 * escapes (https://trino.io/docs/current/language/types.html#varchar).
 */
export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A name of the configuration as an SQL identifier. @throws Error for anything but lower-case letters, digits and _ */
export function quotedName(name: string): string {
  if (!/^[a-z0-9_]+$/.test(name)) throw new Error(`Not a name that Athena takes: ${JSON.stringify(name)}`)
  return `"${name}"`
}
