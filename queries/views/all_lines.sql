-- The lines of all categories. Made from iot-log.config.json by npm run tables: change that, not this.
CREATE OR REPLACE VIEW "${database}"."all_lines" AS
SELECT
  CAST('telemetry' AS varchar) AS category,
  day,
  hour,
  date_parse(concat(day, ' ', hour), '%Y/%m/%d %H') AS arrived,
  "$path" AS object,
  "$file_size" AS object_bytes,
  line
FROM "${database}"."telemetry"
UNION ALL
SELECT
  CAST('command' AS varchar) AS category,
  day,
  hour,
  date_parse(concat(day, ' ', hour), '%Y/%m/%d %H') AS arrived,
  "$path" AS object,
  "$file_size" AS object_bytes,
  line
FROM "${database}"."command"
UNION ALL
SELECT
  CAST('lifecycle' AS varchar) AS category,
  day,
  hour,
  date_parse(concat(day, ' ', hour), '%Y/%m/%d %H') AS arrived,
  "$path" AS object,
  "$file_size" AS object_bytes,
  line
FROM "${database}"."lifecycle"
