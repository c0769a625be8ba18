-- name: list-slow-requests
-- answers: the requests that took long, the slowest first
-- parameter: window (window, such as 2023-10-01): days or hours of arrival, UTC
-- parameter: milliseconds (integer from 0 to 86400000, such as 5000): at least so long, in all
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last, milliseconds
-- reads: formats alb, elb-classic, cloudfront, s3-access
-- cost: the window of every category of these formats; cloudfront twice
SELECT
  seconds,
  target_seconds,
  event_time,
  category,
  target,
  client,
  method,
  url,
  status,
  target_status
FROM "${database}"."access_requests"
WHERE day BETWEEN ? AND ?
  AND hour BETWEEN ? AND ?
  AND concat(day, 'T', hour) BETWEEN ? AND ?
  AND seconds * 1000 >= ?
ORDER BY seconds DESC, event_time, line
