// What the HTTP side may see of a gateway. The gateway provides it; nothing here reaches further.

import type { StatusView } from "../model/status.ts";

export interface GatewayView {
  status(): StatusView;
  /** Null if the gateway does its work; else why not. */
  unreadyReason(): string | null;
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
}
