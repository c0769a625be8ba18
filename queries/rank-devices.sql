-- name: rank-devices
-- answers: the devices that send most
-- parameter: window (window, such as 2023-10-01T09..2023-10-01T12): days or hours of arrival, UTC
-- parameter: devices (integer from 1 to 100000, such as 20): how many of them
-- values: window.firstDay, window.lastDay, window.minHour, window.maxHour, window.first, window.last, devices
-- reads: telemetry, command, lifecycle
-- cost: the window of the three categories
SELECT place, device, records, text_bytes
FROM (
  SELECT
    row_number() OVER (ORDER BY count(*) DESC, device) AS place,
    device,
    count(*) AS records,
    sum(length(to_utf8(line)) + 1) AS text_bytes
  FROM "${database}"."iot_records"
  WHERE day BETWEEN ? AND ?
    AND hour BETWEEN ? AND ?
    AND concat(day, 'T', hour) BETWEEN ? AND ?
    AND device IS NOT NULL
  GROUP BY device
) AS ranked
WHERE place <= ?
ORDER BY place
