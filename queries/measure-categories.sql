-- name: measure-categories
-- answers: objects, bytes and lines of each category and day
-- parameter: window (window, such as 2023-10-01T09..2023-10-01T12): days or hours of arrival, UTC
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last
-- reads: all
-- cost: the window of every category; it counts lines, so it reads them
SELECT
  category,
  day,
  count(*) AS objects,
  sum(stored_bytes) AS stored_bytes,
  sum(text_bytes) AS text_bytes,
  sum(records) AS records
FROM (
  SELECT
    category,
    day,
    object,
    max(object_bytes) AS stored_bytes,
    sum(length(to_utf8(line)) + 1) AS text_bytes,
    count(*) AS records
  FROM "${database}"."all_lines"
  WHERE day BETWEEN ? AND ?
    AND hour BETWEEN ? AND ?
    AND concat(day, 'T', hour) BETWEEN ? AND ?
  GROUP BY category, day, object
) AS objects
GROUP BY category, day
ORDER BY category, day
