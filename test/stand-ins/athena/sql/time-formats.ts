/** Formats of times in DuckDB's letters, by the function of Trino that has them as its last literal. */
export const timeFormats: Readonly<Record<string, (format: string) => string>> = {
  date_format: fromMysql,
  date_parse: fromMysql,
  format_datetime: fromJoda,
  parse_datetime: fromJoda
}

/** https://trino.io/docs/current/functions/datetime.html#mysql-date-functions */
function fromMysql(format: string): string {
  const letters: Readonly<Record<string, string>> = { i: '%M', s: '%S', T: '%H:%M:%S', e: '%-d', k: '%-H', M: '%B' }
  return format.replace(/%(.)/g, (same, letter: string) => letters[letter] ?? same)
}

/** https://www.joda.org/joda-time/key_format.html; what stands in quotes stands for itself. */
function fromJoda(format: string): string {
  const letters: Readonly<Record<string, string>> = {
    yyyy: '%Y',
    MM: '%m',
    MMM: '%b',
    dd: '%d',
    HH: '%H',
    mm: '%M',
    ss: '%S',
    SSS: '%g',
    EEE: '%a',
    Z: '%z'
  }
  return format.replace(/''([^']*)''|([A-Za-z])\2*/g, (same, quoted?: string) => quoted ?? letters[same] ?? same)
}
