/**
 * Parses an ISO 8601 time with a zone ("2026-01-31T12:00:00.123456Z", "…+01:00").
 *
 * @returns integer microseconds since the Unix epoch; undefined if the text is anything else. Digits beyond microseconds are cut.
 */
export function isoTimeUs(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)$/.exec(text);
  if (match === null || !isDayOfCalendar(text)) return undefined;
  const wholeMs = Date.parse(`${match[1]}${zoneWithColon(match[3] ?? "Z")}`);
  const fractionUs = Number((match[2] ?? "").padEnd(6, "0").slice(0, 6));
  return Number.isNaN(wholeMs) ? undefined : wholeMs * 1000 + fractionUs;
}

/** Date.parse takes the 30th of February for the 2nd of March. */
function isDayOfCalendar(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split("-").map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function zoneWithColon(zone: string): string {
  return zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
}
