-- name: find-duplicates
-- answers: records of a category that were delivered more than once
-- parameter: category (category, such as telemetry): one category
-- parameter: window (window, such as 2023-10-01T09..2023-10-01T12): days or hours of arrival, UTC
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last, category
-- reads: category
-- cost: the window of the category; it keeps every line in memory, so ask for a big day hour by hour
SELECT
  count(*) AS copies,
  count(DISTINCT object) AS objects,
  min(object) AS first_object,
  max(object) AS last_object,
  line
FROM "${database}"."all_lines"
WHERE day BETWEEN ? AND ?
  AND hour BETWEEN ? AND ?
  AND concat(day, 'T', hour) BETWEEN ? AND ?
  AND category = ?
  AND line <> ''
GROUP BY line
HAVING count(*) > 1
ORDER BY copies DESC, line
