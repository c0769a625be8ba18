-- Commands: a request to a device, or the device's answer, a row. Fields that are added later stand in command and
-- document; a line that is no JSON has nulls, and is whole in line.
CREATE OR REPLACE VIEW "${database}"."command_messages" AS
SELECT
  day,
  hour,
  event_time,
  device AS thing_name,
  json_extract_scalar(document, '$.topic') AS topic,
  CASE
    WHEN json_extract_scalar(document, '$.topic') LIKE '%/request' THEN 'request'
    WHEN json_extract_scalar(document, '$.topic') LIKE '%/response' THEN 'response'
  END AS direction,
  json_extract_scalar(document, '$.commandId') AS command_id,
  json_extract_scalar(document, '$.command.action') AS action,
  json_extract_scalar(document, '$.command.argument') AS argument,
  json_extract_scalar(document, '$.status') AS status,
  json_format(json_extract(document, '$.command')) AS command,
  document,
  object,
  line
FROM "${database}"."iot_records"
WHERE category = 'command'
