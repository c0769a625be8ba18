-- Lifecycle events of AWS IoT Core: connects, disconnects, subscriptions
-- (https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html). Their time is exact to two minutes, they
-- come in any order and may come twice. Fields that AWS adds stand in document; a line that is no JSON has nulls.
CREATE OR REPLACE VIEW "${database}"."lifecycle_events" AS
SELECT
  day,
  hour,
  event_time,
  json_extract_scalar(line, '$.clientId') AS client_id,
  json_extract_scalar(line, '$.thingName') AS thing_name,
  json_extract_scalar(line, '$.eventType') AS event_type,
  json_extract_scalar(line, '$.disconnectReason') AS disconnect_reason,
  try_cast(json_extract_scalar(line, '$.clientInitiatedDisconnect') AS boolean) AS client_initiated,
  json_extract_scalar(line, '$.sessionIdentifier') AS session_id,
  json_extract_scalar(line, '$.principalIdentifier') AS principal_id,
  json_extract_scalar(line, '$.ipAddress') AS ip_address,
  try_cast(json_extract_scalar(line, '$.versionNumber') AS bigint) AS version_number,
  json_format(json_extract(line, '$.topics')) AS topics,
  json_format(json_extract(line, '$')) AS document,
  object,
  line
FROM "${database}"."iot_records"
WHERE category = 'lifecycle'
