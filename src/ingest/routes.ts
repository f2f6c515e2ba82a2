// Which topics carry readings, and how device, metric and tags are named after them. All of it is found once a topic, and what is
// wrong with it as well, so that a message costs one look-up.

import type { DecodeOptions, PayloadDecoder } from "../codec/payload.ts";
import { payloadDecoders, quoted, timeUnitsUs } from "../codec/payload.ts";
import { tagsLengthMax, tagValueLengthMax } from "../model/reading.ts";
import type { ClockPolicy, ClockPolicyName } from "./clock-policy.ts";
import { isName, isText } from "./names.ts";

/** One route of the configuration. */
export interface Route {
  /** MQTT topic filter. */
  readonly topic: string;
  readonly payload: keyof typeof payloadDecoders;
  /** Template: `{1}` stands for what the first wildcard matched, and so on; `#` gives all its levels, with their slashes. */
  readonly device: string;
  readonly metric?: string | undefined;
  /** Template of the value by name of the tag. Names hold neither `=` nor `,`. Default: none. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly timeUnit: keyof typeof timeUnitsUs;
  /** What differs from the policy of all routes; `offsetMin` in milliseconds. */
  readonly clock?: { readonly policy?: ClockPolicyName | undefined; readonly offsetMin?: number | undefined } | undefined;
}

/** What is known of one topic. */
export interface Target extends DecodeOptions {
  readonly device: string;
  /** As {@link Reading.tags}. */
  readonly tags: string;
  readonly clock: ClockPolicy;
  readonly decode: PayloadDecoder;
  /** Why no reading can be taken from this topic: its device or a tag cannot be called so. In words; null if it can. */
  readonly fault: string | null;
}

interface PreparedRoute {
  readonly route: Route;
  /** Of its topic filter. */
  readonly levels: readonly string[];
  readonly clock: ClockPolicy;
}

const trust: ClockPolicy = { name: "trust", offsetMinUs: 0 };

function clockOf({ clock }: Route, common: ClockPolicy): ClockPolicy {
  const { policy, offsetMin } = clock ?? {};
  return { name: policy ?? common.name, offsetMinUs: offsetMin === undefined ? common.offsetMinUs : offsetMin * 1000 };
}

/** Longer topics are resolved anew each time: they must not fill the memory. In UTF-16 units. */
const keptTopicLengthMax = 512;

/**
 * Finds the target of a topic. Devices use few topics often, so the answer is kept for up to `topicsMax` topics; when a flood of
 * new topics fills that, it is emptied and filled anew.
 */
export class RouteTable {
  readonly #routes: readonly PreparedRoute[];
  readonly #topicsMax: number;
  readonly #known = new Map<string, Target | null>();
  /** Each text of tags once, at most as many as topics: texts that are the same object are compared without looking at them. */
  readonly #tags = new Map<string, string>();

  /** @param clock the policy of routes that name none. */
  constructor(routes: readonly Route[], topicsMax: number, clock: ClockPolicy = trust) {
    this.#routes = routes.map((route) => ({ route, levels: route.topic.split("/"), clock: clockOf(route, clock) }));
    this.#topicsMax = topicsMax;
  }

  /** Null if no route matches: the message is none of ours. */
  find(topic: string): Target | null {
    const known = this.#known.get(topic);
    if (known !== undefined) return known;
    return topic.length > keptTopicLengthMax ? this.#resolve(topic, (tags) => tags) : this.#resolveToKeep(topic);
  }

  /** Topics that are kept. */
  get size(): number {
    return this.#known.size;
  }

  #resolveToKeep(topic: string): Target | null {
    if (this.#known.size >= this.#topicsMax) {
      this.#known.clear();
      this.#tags.clear();
    }
    const target = this.#resolve(topic, (tags) => this.#sameText(tags));
    this.#known.set(topic, target);
    return target;
  }

  #sameText(tags: string): string {
    const known = this.#tags.get(tags);
    if (known === undefined) this.#tags.set(tags, tags);
    return known ?? tags;
  }

  #resolve(topic: string, sameText: (tags: string) => string): Target | null {
    const levels = topic.split("/");
    for (const prepared of this.#routes) {
      const captures = capturesOf(prepared.levels, levels);
      if (captures !== null) return targetOf(prepared, captures, sameText);
    }
    return null;
  }
}

function targetOf({ route, clock }: PreparedRoute, captures: readonly string[], sameText: (tags: string) => string): Target {
  const fill = (template: string) => template.replace(/\{(\d+)\}/g, (_, index: string) => captures[Number(index) - 1] ?? "");
  const device = fill(route.device);
  const tags = Object.entries(route.tags ?? {}).map(([name, template]): Tag => [name, fill(template)]);
  const fault = isName(device) ? faultOfTags(tags) : `device ${quoted(device)}`;
  return {
    device,
    metric: fill(route.metric ?? ""),
    tags: fault === null ? sameText(textOfTags(tags)) : "",
    timeUnitUs: timeUnitsUs[route.timeUnit],
    clock,
    decode: payloadDecoders[route.payload],
    fault,
  };
}

type Tag = readonly [name: string, value: string];

function faultOfTags(tags: readonly Tag[]): string | null {
  const bad = tags.find(([, value]) => value === "" || !isText(value, tagValueLengthMax) || /[=,]/.test(value));
  if (bad !== undefined) return `tag ${bad[0]} is ${quoted(bad[1])}`;
  const { length } = textOfTags(tags);
  return length <= tagsLengthMax ? null : `the tags have ${length} characters, at most ${tagsLengthMax} are taken`;
}

/** Code units, not a locale: the same everywhere. */
function textOfTags(tags: readonly Tag[]): string {
  const sorted = tags.toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)));
  return sorted.map(([name, value]) => `${name}=${value}`).join(",");
}

/** What the wildcards matched, in order; null if the topic does not match (MQTT 5 §4.7.1). */
function capturesOf(pattern: readonly string[], levels: readonly string[]): string[] | null {
  const captures: string[] = [];
  for (const [index, level] of pattern.entries()) {
    if (level === "#") return [...captures, levels.slice(index).join("/")];
    const actual = levels[index];
    if (actual === undefined) return null;
    if (level === "+") captures.push(actual);
    else if (level !== actual) return null;
  }
  return levels.length === pattern.length ? captures : null;
}
