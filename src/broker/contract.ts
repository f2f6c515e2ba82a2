// What the broker asks of whoever takes the readings out of its messages (src/ingest), and what it offers in return.

import type { Buffer } from "node:buffer";

/** A message that a client publishes, or its will. */
export interface Publish {
  /** Whose message, or will, it is; null if that is not known. */
  readonly clientId: string | null;
  readonly topic: string;
  readonly payload: Buffer;
  /** The client has sent it before and saw no acknowledgement (MQTT DUP). */
  readonly redelivered: boolean;
  /** Retained and without a payload: it removes the retained message of its topic (MQTT 5 §3.3.1.3) and is no reading. */
  readonly clearsRetained: boolean;
}

/**
 * - `pass`: an ordinary message between clients, no reading; acknowledged and routed.
 * - `stored`: its readings are durable; acknowledged and routed, if the client is still there.
 * - `rejected`: nothing in it is a reading; acknowledged (MQTT 5: with reason code 0x99), not routed, and never sent again.
 * - `busy`: nothing of it is stored, the client should send it again: MQTT 5 reason code 0x97, MQTT 3.1.1 closed.
 */
export type Verdict =
  | { readonly kind: "pass" }
  | { readonly kind: "stored" }
  | { readonly kind: "rejected"; readonly reason: string }
  | { readonly kind: "busy"; readonly reason: string };

/** Called exactly once a publish; at once, or later when the readings are on disk. */
export type Settle = (verdict: Verdict) => void;

export interface Intake {
  take(publish: Publish, settle: Settle): void;
}

export interface LocalPublish {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** Publishes to local subscribers; resolves when the broker has routed it. */
export type PublishLocally = (message: LocalPublish) => Promise<void>;
