-- name: find-late-arrivals
-- answers: records that arrived in a later hour than theirs: how many, and how late
-- parameter: window (window, such as 2023-10-01T09..2023-10-01T12): days or hours of arrival, UTC
-- parameter: minutes (integer from 0 to 525600, such as 5): at least so long before the hour in which they arrived
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last, minutes
-- reads: telemetry, command, lifecycle
-- cost: the window of the three categories
SELECT
  category,
  arrived,
  date_trunc('hour', event_time) AS event_hour,
  count(*) AS records,
  count(DISTINCT device) AS devices,
  max(date_diff('second', event_time, arrived)) AS most_seconds_late
FROM "${database}"."iot_records"
WHERE day BETWEEN ? AND ?
  AND hour BETWEEN ? AND ?
  AND concat(day, 'T', hour) BETWEEN ? AND ?
  AND event_time < arrived
  AND date_diff('second', event_time, arrived) >= 60 * ?
GROUP BY category, arrived, date_trunc('hour', event_time)
ORDER BY category, arrived, event_hour
