-- name: list-lines
-- answers: all lines of a category in a range of hours
-- parameter: category (category, such as lifecycle): one category
-- parameter: window (window, such as 2023-10-01T09..2023-10-01T12): days or hours of arrival, UTC
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last, category
-- reads: category
-- cost: the window of the category; its lines come a thousand at a time, so ask for hours
SELECT object, line
FROM "${database}"."all_lines"
WHERE day BETWEEN ? AND ?
  AND hour BETWEEN ? AND ?
  AND concat(day, 'T', hour) BETWEEN ? AND ?
  AND category = ?
ORDER BY object
