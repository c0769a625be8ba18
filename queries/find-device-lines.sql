-- name: find-device-lines
-- answers: all lines of a device, in order of their time
-- parameter: window (window, such as 2023-10-01T09..2023-10-01T12): days or hours of arrival, UTC
-- parameter: device (text, such as THING00001): the thing name or client id, whole
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last, device
-- reads: telemetry, command, lifecycle
-- cost: the window of the three categories; hours narrow it
SELECT event_time, category, line
FROM "${database}"."iot_records"
WHERE day BETWEEN ? AND ?
  AND hour BETWEEN ? AND ?
  AND concat(day, 'T', hour) BETWEEN ? AND ?
  AND device = ?
ORDER BY event_time, category, object, line
