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
  coalesce(json_extract_scalar(document, '$.thingName'), json_extract_scalar(document, '$.clientId')) AS device,
  CASE
    WHEN line = '' THEN NULL
    WHEN document IS NULL THEN 'NOT_JSON'
    WHEN json_extract_scalar(document, '$.disconnectReason') <> 'CLIENT_INITIATED_DISCONNECT'
    THEN json_extract_scalar(document, '$.disconnectReason')
    WHEN json_extract_scalar(document, '$.status') NOT IN ('OK', 'SENT', 'QUEUED', 'IN_PROGRESS', 'SUCCEEDED')
    THEN json_extract_scalar(document, '$.status')
    WHEN json_extract_scalar(document, '$.payload.status') <> 'OK'
    THEN json_extract_scalar(document, '$.payload.status')
  END AS problem,
  document,
  line
FROM (
  SELECT *, try_cast(json_extract_scalar(document, '$.timestamp') AS double) AS milliseconds
  FROM (
    -- json_extract_scalar gives what stands before the place where a line breaks: a broken one shall give nothing.
    SELECT *, CASE WHEN TRY(json_parse(line)) IS NOT NULL THEN line END AS document
    FROM "${database}"."all_lines"
    WHERE category IN ('telemetry', 'command', 'lifecycle')
  ) AS read_lines
) AS timed_lines
