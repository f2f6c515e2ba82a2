// Where a record goes within its upstream: a topic, a subject, a routing key. Configured as a text with placeholders, such as
// "{gateway}/{lane}/{device}/{metric}".

import type { PlacedRecord } from "../../codec/record-text.ts";
import type { Lane } from "../../model/lane.ts";
import type { Origin } from "../../model/origin.ts";

export const placeholder = /\{(gateway|log|lane|device|metric)\}/g;

/** Stands for the device or metric of a result or alert that spans them. */
const spanned = "all";
/** Addresses that are remembered; beyond it they are made anew. */
const rememberedMax = 65_536;

export interface AddressTemplateOptions {
  readonly template: string;
  readonly origin: Origin;
  /** Characters of a name that may not stand in an address. Each is replaced by "_". */
  readonly forbidden: RegExp;
}

export class AddressTemplate {
  readonly #options: AddressTemplateOptions;
  readonly #remembered = new Map<string, string>();

  constructor(options: AddressTemplateOptions) {
    this.#options = options;
  }

  addressOf(lane: Lane, { record: { device, metric } }: PlacedRecord<Lane>): string {
    const key = `${lane}\n${device}\n${metric}`;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    if (this.#remembered.size >= rememberedMax) this.#remembered.clear();
    const address = this.#fill({ lane, device: device || spanned, metric: metric || spanned });
    this.#remembered.set(key, address);
    return address;
  }

  /** Of a template that names neither device nor metric. */
  addressOfLane(lane: Lane): string {
    return this.#fill({ lane, device: "", metric: "" });
  }

  #fill(names: { readonly lane: string; readonly device: string; readonly metric: string }): string {
    const { template, origin, forbidden } = this.#options;
    const values = { gateway: origin.gatewayId, log: origin.logId, ...names };
    return template.replaceAll(placeholder, (_, name: keyof typeof values) => values[name].replaceAll(forbidden, "_"));
  }
}
