// Which topics carry readings, and how device and metric are named after them.

import type { DecodeOptions, PayloadDecoder } from "../codec/payload.ts";
import { payloadDecoders, timeUnitsUs } from "../codec/payload.ts";

/** One route of the configuration. */
export interface Route {
  /** MQTT topic filter. */
  readonly topic: string;
  readonly payload: keyof typeof payloadDecoders;
  /** Template: `{1}` stands for what the first wildcard matched, and so on; `#` gives all its levels, with their slashes. */
  readonly device: string;
  readonly metric?: string | undefined;
  readonly timeUnit: keyof typeof timeUnitsUs;
}

/** What is known of one topic. */
export interface Target extends DecodeOptions {
  readonly device: string;
  readonly decode: PayloadDecoder;
}

/** Longer topics are resolved anew each time: they must not fill the memory. In UTF-16 units. */
const keptTopicLengthMax = 512;

/**
 * Finds the target of a topic. Devices use few topics often, so the answer is kept for up to `topicsMax` topics; when a flood of
 * new topics fills that, it is emptied and filled anew.
 */
export class RouteTable {
  readonly #routes: readonly { readonly route: Route; readonly levels: readonly string[] }[];
  readonly #topicsMax: number;
  readonly #known = new Map<string, Target | null>();

  constructor(routes: readonly Route[], topicsMax: number) {
    this.#routes = routes.map((route) => ({ route, levels: route.topic.split("/") }));
    this.#topicsMax = topicsMax;
  }

  /** Null if no route matches: the message is none of ours. */
  find(topic: string): Target | null {
    let target = this.#known.get(topic);
    if (target === undefined) {
      target = this.#resolve(topic);
      if (topic.length <= keptTopicLengthMax) this.#keep(topic, target);
    }
    return target;
  }

  /** Topics that are kept. */
  get size(): number {
    return this.#known.size;
  }

  #keep(topic: string, target: Target | null): void {
    if (this.#known.size >= this.#topicsMax) this.#known.clear();
    this.#known.set(topic, target);
  }

  #resolve(topic: string): Target | null {
    const levels = topic.split("/");
    for (const { route, levels: pattern } of this.#routes) {
      const captures = capturesOf(pattern, levels);
      if (captures !== null) return targetOf(route, captures);
    }
    return null;
  }
}

function targetOf(route: Route, captures: readonly string[]): Target {
  const fill = (template: string) => template.replace(/\{(\d+)\}/g, (_, index: string) => captures[Number(index) - 1] ?? "");
  return {
    device: fill(route.device),
    metric: fill(route.metric ?? ""),
    timeUnitUs: timeUnitsUs[route.timeUnit],
    decode: payloadDecoders[route.payload],
  };
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
