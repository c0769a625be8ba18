-- Telemetry: a message of a device a row. Fields that devices add later stand in payload and document; a line that is no
-- JSON has nulls, and is whole in line.
CREATE OR REPLACE VIEW "${database}"."telemetry_messages" AS
SELECT
  day,
  hour,
  event_time,
  device AS thing_name,
  json_extract_scalar(document, '$.topic') AS topic,
  json_extract_scalar(document, '$.messageId') AS message_id,
  try_cast(json_extract_scalar(document, '$.sequence') AS bigint) AS sequence,
  json_extract_scalar(document, '$.payload.status') AS status,
  json_extract_scalar(document, '$.payload.firmware') AS firmware,
  json_extract_scalar(document, '$.payload.site') AS site,
  try_cast(json_extract_scalar(document, '$.payload.temperature') AS double) AS temperature,
  try_cast(json_extract_scalar(document, '$.payload.humidity') AS double) AS humidity,
  try_cast(json_extract_scalar(document, '$.payload.battery') AS double) AS battery,
  try_cast(json_extract_scalar(document, '$.payload.rssi') AS bigint) AS rssi,
  try_cast(json_extract_scalar(document, '$.payload.uptime') AS bigint) AS uptime,
  json_format(json_extract(document, '$.payload')) AS payload,
  document,
  object,
  line
FROM "${database}"."iot_records"
WHERE category = 'telemetry'
