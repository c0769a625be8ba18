-- name: find-text
-- answers: the lines of a category that hold a text
-- parameter: category (category, such as telemetry): one category
-- parameter: window (window, such as 2023-10-01T09..2023-10-01T12): days or hours of arrival, UTC
-- parameter: text (text, such as valve-7): to be found anywhere in the line, letters as they are
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last, category, text
-- reads: category
-- cost: the window of the category
SELECT object, line
FROM "${database}"."all_lines"
WHERE day BETWEEN ? AND ?
  AND hour BETWEEN ? AND ?
  AND concat(day, 'T', hour) BETWEEN ? AND ?
  AND category = ?
  AND strpos(line, ?) > 0
ORDER BY object
