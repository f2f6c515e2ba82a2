import type { WindowDefinition } from "../../src/model/definitions.ts";

export interface Tumbling extends Partial<Omit<WindowDefinition, "shape">> {
  readonly sizeUs: number;
}

/** A tumbling window over every series, without lateness, unless something else is said. */
export function tumbling({ sizeUs, ...rest }: Tumbling): WindowDefinition {
  return { name: "w", match: { device: "*", metric: "*" }, shape: { kind: "tumbling", sizeUs }, latenessUs: 0, ...rest };
}
