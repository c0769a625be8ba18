/*
 * Functions of Trino that DuckDB lacks or has otherwise. A call of `name(` in a query becomes a call of `trino_name(`,
 * so that a macro may use DuckDB's own function of the same name; a macro that uses another macro says `trino_`.
 * https://trino.io/docs/current/functions.html
 */

/** `name(parameters) AS expression`; several forms of one name are separated by commas, as CREATE MACRO has them. */
const macros: readonly string[] = [
  // Texts and bytes
  'to_utf8(text) AS encode(text)',
  'from_utf8(bytes) AS decode(bytes)',
  'to_hex(bytes) AS hex(bytes)',
  'md5(bytes) AS unhex(md5(bytes))',
  'sha256(bytes) AS unhex(sha256(bytes))',
  "length(of) AS CASE typeof(of) WHEN 'BLOB' THEN length(hex(of)) // 2 ELSE length(CAST(of AS VARCHAR)) END",
  'codepoint(text) AS unicode(text)',
  `split_part(text, delimiter, number) AS
     CASE WHEN number <= len(string_split(text, delimiter)) THEN split_part(text, delimiter, number) END`,
  'split(text, delimiter) AS string_split(text, delimiter)',
  `strpos(text, part) AS strpos(text, part),
   (text, part, instance) AS CASE WHEN len(string_split(text, part)) <= instance THEN 0 ELSE
     len(array_to_string(list_slice(string_split(text, part), 1, instance), part)) + 1 END`,
  'concat_ws(separator, parts) AS array_to_string(parts, separator)',
  // Regular expressions: no match is NULL, and all matches are replaced
  'regexp_like(text, pattern) AS regexp_matches(text, pattern)',
  `regexp_extract(text, pattern) AS CASE WHEN regexp_matches(text, pattern) THEN regexp_extract(text, pattern, 0) END,
   (text, pattern, number) AS CASE WHEN regexp_matches(text, pattern) THEN regexp_extract(text, pattern, number) END`,
  `regexp_replace(text, pattern) AS regexp_replace(text, pattern, '', 'g'),
   (text, pattern, replacement) AS
     regexp_replace(text, pattern, regexp_replace(replacement, '\\$(\\d)', '\\\\\\1', 'g'), 'g')`,
  `regexp_extract_all(text, pattern) AS regexp_extract_all(text, pattern, 0),
   (text, pattern, number) AS regexp_extract_all(text, pattern, number)`,
  'regexp_count(text, pattern) AS len(regexp_extract_all(text, pattern))',
  'regexp_split(text, pattern) AS regexp_split_to_array(text, pattern)',
  // JSON: what is no JSON gives NULL, and only scalars are extracted as texts. From a broken document Trino gives a
  // scalar that stands before the damage; here that is a value of the outermost object
  `json_path(path) AS regexp_replace(path, '\\["([^"]*)"\\]', '."\\1"', 'g')`,
  `json_extract_scalar(document, path) AS CASE
     WHEN NOT json_valid(CAST(document AS VARCHAR)) THEN nullif(regexp_extract(CAST(document AS VARCHAR),
       concat('^\\{(?:.*,)?"', regexp_replace(path, '^\\$(?:\\.|\\[")|"\\]$', '', 'g'), '":"?([^"{\\[,]+)"?,'), 1), '')
     WHEN json_type(CAST(document AS VARCHAR), trino_json_path(path)) IN ('OBJECT', 'ARRAY') THEN NULL
     ELSE json_extract_string(CAST(document AS VARCHAR), trino_json_path(path)) END`,
  `json_extract(document, path) AS
     CASE WHEN json_valid(CAST(document AS VARCHAR)) THEN json_extract(CAST(document AS VARCHAR), trino_json_path(path)) END`,
  'json_parse(text) AS CAST(text AS JSON)',
  'json_format(document) AS CAST(document AS VARCHAR)',
  `json_size(document, path) AS CASE json_type(CAST(document AS VARCHAR), trino_json_path(path))
     WHEN 'OBJECT' THEN len(json_keys(CAST(document AS VARCHAR), trino_json_path(path)))
     WHEN 'ARRAY' THEN json_array_length(CAST(document AS VARCHAR), trino_json_path(path)) ELSE 0 END`,
  "is_json_scalar(document) AS json_type(CAST(document AS VARCHAR)) NOT IN ('OBJECT', 'ARRAY')",
  // Time
  'from_unixtime(seconds) AS to_timestamp(CAST(seconds AS DOUBLE)), (seconds, zone) AS to_timestamp(CAST(seconds AS DOUBLE))',
  'from_unixtime_nanos(nanos) AS to_timestamp(CAST(nanos AS DOUBLE) / 1e9)',
  'to_unixtime(moment) AS epoch(moment)',
  "from_iso8601_timestamp(text) AS date_trunc('millisecond', CAST(replace(text, ',', '.') AS TIMESTAMPTZ))",
  'from_iso8601_date(text) AS CAST(text AS DATE)',
  "to_iso8601(moment) AS strftime(timezone('UTC', moment), '%Y-%m-%dT%H:%M:%S.%gZ')",
  'at_timezone(moment, zone) AS timezone(zone, moment)',
  `interval_of(unit, value) AS CASE unit
     WHEN 'millisecond' THEN to_milliseconds(value) WHEN 'second' THEN to_seconds(value)
     WHEN 'minute' THEN to_minutes(value) WHEN 'hour' THEN to_hours(value) WHEN 'day' THEN to_days(value)
     WHEN 'week' THEN to_days(7 * value) WHEN 'month' THEN to_months(value) WHEN 'year' THEN to_years(value) END`,
  'date_add(unit, value, moment) AS moment + trino_interval_of(unit, CAST(value AS INTEGER))',
  "day_of_week(moment) AS extract('isodow' FROM moment)",
  // Numbers
  'truncate(number) AS trunc(number)',
  'is_nan(number) AS isnan(number)',
  // Arrays and maps
  'cardinality(many) AS len(many)',
  'element_at(many, place) AS many[place]',
  'contains(many, one) AS list_contains(many, one)',
  `sequence(first, last) AS generate_series(first, last), (first, last, step) AS generate_series(first, last, step)`,
  `array_join(list, delimiter) AS array_to_string(list, delimiter),
   (list, delimiter, nothing) AS array_to_string([coalesce(CAST(one AS VARCHAR), nothing) FOR one IN list], delimiter)`,
  'array_sort(list) AS list_sort(list)',
  'array_max(list) AS list_max(list)',
  'array_min(list) AS list_min(list)',
  'array_distinct(list) AS list_distinct(list)',
  'slice(list, start, length) AS list_slice(list, start, start + length - 1)'
]

/** The same function under another name, so that FILTER, DISTINCT and OVER work as well. What approximates is exact here. */
export const renamed: Readonly<Record<string, string>> = {
  approx_distinct: 'count',
  approx_percentile: 'quantile_disc',
  date_format: 'strftime',
  date_parse: 'strptime',
  format_datetime: 'strftime',
  parse_datetime: 'strptime',
  transform: 'list_transform',
  filter: 'list_filter',
  every: 'bool_and',
  levenshtein_distance: 'levenshtein',
  hamming_distance: 'hamming'
}

export const macroNames: ReadonlySet<string> = new Set(macros.map((macro) => /^\w+/.exec(macro)![0]))

/** Makes the macros, each after those it may use. */
export const macroStatements: readonly string[] = macros.map((macro) => `CREATE MACRO trino_${macro}`)
