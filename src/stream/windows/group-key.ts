import type { InputColumn } from "../contract.ts";
import type { GroupNames } from "./group.ts";
import type { GroupBy } from "./plan.ts";

/** Of the group for series beyond the limit. No tag: those have a "=". */
export const otherNames: GroupNames = { device: "", metric: "", tag: "other" };

/** What names the group of a column beside its device. */
export function groupKeyOf(column: InputColumn, by: GroupBy): string {
  if (by.tag === null) return by.metric ? column.metric : "";
  const tag = tagOf(column.tags, by.tag);
  return by.metric ? `${tag}\n${column.metric}` : tag;
}

export function groupNamesOf(column: InputColumn, by: GroupBy): GroupNames {
  return {
    device: by.device ? column.device : "",
    metric: by.metric ? column.metric : "",
    tag: by.tag === null ? "" : tagOf(column.tags, by.tag),
  };
}

/** The key that a column of this group has. */
export function keyOfNames({ metric, tag }: GroupNames, by: GroupBy): string {
  if (by.tag === null) return metric;
  return by.metric ? `${tag}\n${metric}` : tag;
}

/** `name=value` of the tag, from `name=value,name=value`; the value is empty where there is none. */
function tagOf(tags: string, name: string): string {
  const prefix = `${name}=`;
  return tags.split(",").find((tag) => tag.startsWith(prefix)) ?? prefix;
}
