// Why a payload, or a reading in it, is not stored. The table is the single source: docs/errors.md is generated from it, the
// reason is the label of tidegate_readings_rejected_total, and it stands in the dead letter.

export const rejectTable = {
  payload_empty: "The payload has no bytes. Publish a value.",
  payload_not_utf8: "The payload is not UTF-8. Publish text, or a ReadingBatch on a batch route.",
  payload_not_json: "The payload is neither a plain number nor JSON. JSON has no NaN, no Infinity and no comments.",
  payload_not_object: 'The payload is JSON but not an object of metrics. Publish {"metric": value, …}.',
  payload_not_batch: "The payload is not a protobuf tidegate.v1.ReadingBatch.",
  batch_columns:
    "A series of a ReadingBatch does not have exactly one value column with as many entries as event times (or no event times).",
  readings_none: "The payload names no reading.",
  value_missing: 'The JSON object has no "v".',
  value_type: "The value is neither number, boolean nor text.",
  value_not_finite: "The value is NaN or infinite, or too large for a double.",
  text_too_long: "A text value is longer than 4096 characters.",
  name_invalid:
    "The name of the device or the metric, or the value of a tag, is empty, too long (256 characters; a tag 128, all tags 512), or has control characters (a tag also = or a comma).",
  unit_invalid: "The unit is longer than 64 characters or has control characters.",
  batch_too_large: "The message alone holds more readings than log.pendingReadingsMax. Send fewer readings a message.",
  time_invalid: 'The event time is neither a number nor an ISO 8601 text with a zone, such as "2026-01-31T12:00:00Z".',
  time_too_early:
    "The event time lies before ingest.eventTimeMin; under a clock policy other than trust, more than 142 years back. Set the device's clock, the route's timeUnit, or another ingest.clock.policy.",
  time_ahead:
    "The event time lies further ahead than ingest.eventTimeAheadMax; under a clock policy other than trust, than 142 years. Set the device's clock, the route's timeUnit, or another ingest.clock.policy.",
  redelivered:
    "The reading was stored before; the publish is marked as a redelivery (DUP). It is acknowledged and not stored again.",
  log_busy: "The log could not take the reading: its queue is full, or the disk refused the write. It is not acknowledged.",
} as const satisfies Record<string, string>;

export type RejectReason = keyof typeof rejectTable;
