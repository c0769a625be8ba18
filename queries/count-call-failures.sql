-- name: count-call-failures
-- answers: why calls of Pexip failed, how often, and on which node
-- parameter: window (window, such as 2023-10-01): days or hours of arrival, UTC
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last
-- reads: formats pexip
-- cost: the window of every category of pexip
SELECT
  system,
  problem,
  count(*) AS failures,
  count(DISTINCT conference) AS conferences,
  count(DISTINCT participant) AS participants,
  min(event_time) AS first_seen,
  max(event_time) AS last_seen
FROM "${database}"."conference_events"
WHERE day BETWEEN ? AND ?
  AND hour BETWEEN ? AND ?
  AND concat(day, 'T', hour) BETWEEN ? AND ?
  AND problem IS NOT NULL
GROUP BY system, problem
ORDER BY failures DESC, system, problem
