-- name: count-errors
-- answers: what went wrong in each hour, how often, and on how many devices
-- parameter: window (window, such as 2023-10-01T09..2023-10-01T12): days or hours of arrival, UTC
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last
-- reads: telemetry, command, lifecycle
-- cost: the window of the three categories
SELECT
  date_trunc('hour', coalesce(event_time, arrived)) AS event_hour,
  category,
  problem,
  count(*) AS records,
  count(DISTINCT device) AS devices
FROM "${database}"."iot_records"
WHERE day BETWEEN ? AND ?
  AND hour BETWEEN ? AND ?
  AND concat(day, 'T', hour) BETWEEN ? AND ?
  AND problem IS NOT NULL
GROUP BY date_trunc('hour', coalesce(event_time, arrived)), category, problem
ORDER BY event_hour, category, records DESC, problem
