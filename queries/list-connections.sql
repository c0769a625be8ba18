-- name: list-connections
-- answers: when a device connected and disconnected, and why
-- parameter: window (window, such as 2023-10-01T09..2023-10-01T12): days or hours of arrival, UTC
-- parameter: device (text, such as THING00001): the client id, whole
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last, device
-- reads: lifecycle
-- cost: the window of lifecycle alone, which is small
SELECT event_time, event_type, disconnect_reason, client_initiated, ip_address, session_id, version_number
FROM "${database}"."lifecycle_events"
WHERE day BETWEEN ? AND ?
  AND hour BETWEEN ? AND ?
  AND concat(day, 'T', hour) BETWEEN ? AND ?
  AND event_type IN ('connected', 'disconnected')
  AND client_id = ?
ORDER BY event_time, version_number, event_type
