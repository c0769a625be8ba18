-- name: list-call-failures
-- answers: the calls of Pexip that failed, in order of their time
-- parameter: window (window, such as 2023-10-01): days or hours of arrival, UTC
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last
-- reads: formats pexip
-- cost: the window of every category of pexip
SELECT
  event_time,
  system,
  problem,
  conference,
  participant,
  protocol,
  vendor,
  remote_address,
  media_node,
  duration,
  call_id
FROM "${database}"."conference_events"
WHERE day BETWEEN ? AND ?
  AND hour BETWEEN ? AND ?
  AND concat(day, 'T', hour) BETWEEN ? AND ?
  AND problem IS NOT NULL
ORDER BY event_time, system, line
