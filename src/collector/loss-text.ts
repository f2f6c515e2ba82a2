// Losses as lines of text, without line ends.

import { csvValue } from "../codec/record-text.ts";
import type { ExportedLoss } from "./export.ts";

const lossColumns = ["gateway", "log", "lane", "fromOffset", "toOffset", "records", "reason", "sinceUs", "untilUs"] as const;

function lossFields({ gatewayId, logId, ...loss }: ExportedLoss) {
  const values = { gateway: gatewayId, log: logId, ...loss };
  return lossColumns.map((name) => [name, values[name]] as const);
}

export function lossNdjsonLine(loss: ExportedLoss): string {
  return JSON.stringify(Object.fromEntries(lossFields(loss)));
}

export const lossCsvHeader = lossColumns.join(",");

/** What is not known is empty. */
export function lossCsvLine(loss: ExportedLoss): string {
  return lossFields(loss)
    .map(([, value]) => csvValue(value))
    .join(",");
}
