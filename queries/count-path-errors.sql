-- name: count-path-errors
-- answers: 4xx and 5xx of each path, by status
-- parameter: window (window, such as 2023-10-01): days or hours of arrival, UTC
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last
-- reads: formats alb, elb-classic, cloudfront, s3-access
-- cost: the window of every category of these formats; cloudfront twice
SELECT
  category,
  path,
  status,
  count(*) AS requests,
  count(DISTINCT client) AS clients,
  min(event_time) AS first_seen,
  max(event_time) AS last_seen
FROM "${database}"."access_requests"
WHERE day BETWEEN ? AND ?
  AND hour BETWEEN ? AND ?
  AND concat(day, 'T', hour) BETWEEN ? AND ?
  AND status >= 400
GROUP BY category, path, status
ORDER BY requests DESC, category, path, status
