const pattern = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * Microseconds since the Unix epoch of `2013-12-02 21:15:00`, `2013-12-02T21:15:00.250Z`, `2013-12-02 22:15+01:00`, `2013-12-02`.
 * UTC unless the text has a zone. Digits beyond microseconds are cut off. Undefined if it is no such time.
 */
export function parseEventTimeUs(text: string): number | undefined {
  const match = pattern.exec(text.trim());
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const atMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const offsetUs = zoneOffsetUs(match[8]);
  // Date.UTC carries over what is out of range: February 30 would become March 2.
  const exact = new Date(atMs).getUTCDate() === day && month >= 1 && month <= 12 && hour < 24 && minute < 60 && second < 60;
  if (!exact || offsetUs === undefined) return undefined;
  return atMs * 1000 + Number((match[7] ?? "").padEnd(6, "0").slice(0, 6)) - offsetUs;
}

function zoneOffsetUs(zone: string | undefined): number | undefined {
  if (zone === undefined || zone.toUpperCase() === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", "") || 0);
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60e6;
}
