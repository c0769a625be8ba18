-- name: find-silent-devices
-- answers: devices that were heard in the window, and then no more until its newest record
-- parameter: window (window, such as 2023-10-01T09..2023-10-01T12): days or hours of arrival, UTC
-- parameter: minutes (integer from 1 to 525600, such as 60): silent for at least so long
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last, minutes
-- reads: telemetry, command, lifecycle
-- cost: the window of the three categories
SELECT device, last_seen, records, silent_seconds
FROM (
  SELECT
    device,
    max(seen) AS last_seen,
    count(*) AS records,
    date_diff('second', max(seen), max(max(seen)) OVER ()) AS silent_seconds
  FROM (
    -- A device whose clock is ahead would make all others seem silent.
    SELECT device, least(coalesce(event_time, arrived), arrived + INTERVAL '2' HOUR) AS seen
    FROM "${database}"."iot_records"
    WHERE day BETWEEN ? AND ?
      AND hour BETWEEN ? AND ?
      AND concat(day, 'T', hour) BETWEEN ? AND ?
      AND device IS NOT NULL
  ) AS sightings
  GROUP BY device
) AS devices
WHERE silent_seconds >= 60 * ?
ORDER BY last_seen, device
