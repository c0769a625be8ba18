-- name: rank-slow-targets
-- answers: how long requests of each target took, the slowest first
-- parameter: window (window, such as 2023-10-01): days or hours of arrival, UTC
-- parameter: milliseconds (integer from 0 to 86400000, such as 500): the slowest hundredth took at least so long
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last, milliseconds
-- reads: formats alb, elb-classic, cloudfront, s3-access
-- cost: the window of every category of these formats; cloudfront twice
SELECT category, target, requests, p50_seconds, p95_seconds, p99_seconds, max_seconds, over_1s, over_10s
FROM (
  SELECT
    category,
    target,
    count(*) AS requests,
    approx_percentile(seconds, 0.5) AS p50_seconds,
    approx_percentile(seconds, 0.95) AS p95_seconds,
    approx_percentile(seconds, 0.99) AS p99_seconds,
    max(seconds) AS max_seconds,
    count(*) FILTER (WHERE seconds > 1) AS over_1s,
    count(*) FILTER (WHERE seconds > 10) AS over_10s
  FROM "${database}"."access_requests"
  WHERE day BETWEEN ? AND ?
    AND hour BETWEEN ? AND ?
    AND concat(day, 'T', hour) BETWEEN ? AND ?
    AND seconds IS NOT NULL
  GROUP BY category, target
) AS targets
WHERE p99_seconds * 1000 >= ?
ORDER BY p99_seconds DESC, category, target
