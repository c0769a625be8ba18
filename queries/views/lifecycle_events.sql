-- Lifecycle events of AWS IoT Core: connects, disconnects, subscriptions
-- (https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html). Their time is exact to two minutes, they
-- come in any order and may come twice. Fields that AWS adds stand in document; a line that is no JSON has nulls.
CREATE OR REPLACE VIEW "${database}"."lifecycle_events" AS
SELECT
  day,
  hour,
  event_time,
  json_extract_scalar(document, '$.clientId') AS client_id,
  json_extract_scalar(document, '$.thingName') AS thing_name,
  json_extract_scalar(document, '$.eventType') AS event_type,
  json_extract_scalar(document, '$.disconnectReason') AS disconnect_reason,
  try_cast(json_extract_scalar(document, '$.clientInitiatedDisconnect') AS boolean) AS client_initiated,
  json_extract_scalar(document, '$.sessionIdentifier') AS session_id,
  json_extract_scalar(document, '$.principalIdentifier') AS principal_id,
  json_extract_scalar(document, '$.ipAddress') AS ip_address,
  try_cast(json_extract_scalar(document, '$.versionNumber') AS bigint) AS version_number,
  json_format(json_extract(document, '$.topics')) AS topics,
  document,
  object,
  line
FROM "${database}"."iot_records"
WHERE category = 'lifecycle'
