-- Telemetry: a message of a device a row. Fields that devices add later stand in payload and document; a line that is no
-- JSON has nulls, and is whole in line.
CREATE OR REPLACE VIEW "${database}"."telemetry_messages" AS
SELECT
  day,
  hour,
  event_time,
  device AS thing_name,
  json_extract_scalar(line, '$.topic') AS topic,
  json_extract_scalar(line, '$.messageId') AS message_id,
  try_cast(json_extract_scalar(line, '$.sequence') AS bigint) AS sequence,
  json_extract_scalar(line, '$.payload.status') AS status,
  json_extract_scalar(line, '$.payload.firmware') AS firmware,
  json_extract_scalar(line, '$.payload.site') AS site,
  try_cast(json_extract_scalar(line, '$.payload.temperature') AS double) AS temperature,
  try_cast(json_extract_scalar(line, '$.payload.humidity') AS double) AS humidity,
  try_cast(json_extract_scalar(line, '$.payload.battery') AS double) AS battery,
  try_cast(json_extract_scalar(line, '$.payload.rssi') AS bigint) AS rssi,
  try_cast(json_extract_scalar(line, '$.payload.uptime') AS bigint) AS uptime,
  json_format(json_extract(line, '$.payload')) AS payload,
  json_format(json_extract(line, '$')) AS document,
  object,
  line
FROM "${database}"."iot_records"
WHERE category = 'telemetry'
