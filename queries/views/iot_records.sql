-- Every line of the categories that hold IoT messages (JSON), with what all of them tell: when, which device, and what
-- went wrong. A line that is no JSON has nulls and the problem NOT_JSON. A new category of such lines is one more name in
-- the list at the end.
CREATE OR REPLACE VIEW "${database}"."iot_records" AS
SELECT
  category,
  day,
  hour,
  arrived,
  object,
  object_bytes,
  -- Milliseconds since 1970; what is none, or no time that a timestamp holds, gives null.
  CASE
    WHEN milliseconds BETWEEN 0 AND 253402300799999
    THEN CAST(from_unixtime(milliseconds / 1e3, 'UTC') AS timestamp(3))
  END AS event_time,
  coalesce(json_extract_scalar(line, '$.thingName'), json_extract_scalar(line, '$.clientId')) AS device,
  CASE
    WHEN line = '' THEN NULL
    WHEN json_extract(line, '$') IS NULL THEN 'NOT_JSON'
    WHEN json_extract_scalar(line, '$.disconnectReason') <> 'CLIENT_INITIATED_DISCONNECT'
    THEN json_extract_scalar(line, '$.disconnectReason')
    WHEN json_extract_scalar(line, '$.status') NOT IN ('OK', 'SENT', 'QUEUED', 'IN_PROGRESS', 'SUCCEEDED')
    THEN json_extract_scalar(line, '$.status')
    WHEN json_extract_scalar(line, '$.payload.status') <> 'OK'
    THEN json_extract_scalar(line, '$.payload.status')
  END AS problem,
  line
FROM (
  SELECT
    category,
    day,
    hour,
    arrived,
    object,
    object_bytes,
    try_cast(json_extract_scalar(line, '$.timestamp') AS double) AS milliseconds,
    line
  FROM "${database}"."all_lines"
  WHERE category IN ('telemetry', 'command', 'lifecycle')
) AS read_lines
