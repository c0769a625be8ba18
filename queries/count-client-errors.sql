-- name: count-client-errors
-- answers: 4xx and 5xx of each client, by status
-- parameter: window (window, such as 2023-10-01): days or hours of arrival, UTC
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last
-- reads: formats alb, elb-classic, cloudfront, s3-access
-- cost: the window of every category of these formats; cloudfront twice
SELECT
  category,
  client,
  status,
  count(*) AS requests,
  count(DISTINCT path) AS paths,
  min(event_time) AS first_seen,
  max(event_time) AS last_seen
FROM "${database}"."access_requests"
WHERE day BETWEEN ? AND ?
  AND hour BETWEEN ? AND ?
  AND concat(day, 'T', hour) BETWEEN ? AND ?
  AND status >= 400
GROUP BY category, client, status
ORDER BY requests DESC, category, client, status
