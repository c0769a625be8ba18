-- name: count-target-errors
-- answers: 4xx and 5xx of each target, told apart by who said so
-- parameter: window (window, such as 2023-10-01): days or hours of arrival, UTC
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last
-- reads: formats alb, elb-classic, cloudfront, s3-access
-- cost: the window of every category of these formats; cloudfront twice
SELECT
  category,
  target,
  count(*) AS requests,
  count(*) FILTER (WHERE target_status BETWEEN 400 AND 499) AS target_4xx,
  count(*) FILTER (WHERE target_status >= 500) AS target_5xx,
  -- The load balancer, CloudFront or S3 itself.
  count(*) FILTER (WHERE status BETWEEN 400 AND 499 AND coalesce(target_status, 0) NOT BETWEEN 400 AND 499) AS other_4xx,
  count(*) FILTER (WHERE status >= 500 AND coalesce(target_status, 0) < 500) AS other_5xx,
  round(100e0 * count(*) FILTER (WHERE status >= 400) / count(*), 2) AS percent_errors
FROM "${database}"."access_requests"
WHERE day BETWEEN ? AND ?
  AND hour BETWEEN ? AND ?
  AND concat(day, 'T', hour) BETWEEN ? AND ?
GROUP BY category, target
HAVING count(*) FILTER (WHERE status >= 400 OR target_status >= 400) > 0
ORDER BY target_5xx + other_5xx DESC, target_4xx + other_4xx DESC, category, target
