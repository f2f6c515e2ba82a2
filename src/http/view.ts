// What the HTTP side may see of a gateway. The gateway provides it; nothing here reaches further.

export interface StatusView {
  readonly gatewayId: string;
  readonly logId: string;
  readonly startedAtUs: number;
  readonly lanes: Readonly<Record<string, { readonly startOffset: number; readonly endOffset: number }>>;
  readonly readings: {
    readonly received: number;
    readonly stored: number;
    /** By reason; reasons that did not occur are left out. */
    readonly rejected: Readonly<Record<string, number>>;
    /** Wait for the disk. */
    readonly pending: number;
  };
  readonly mqtt: { readonly address: string; readonly connections: number; readonly publishes: number; readonly unrouted: number };
  readonly stream: {
    /** Next offset of the readings lane that windows and alerts will see. */
    readonly offset: number;
    readonly lagReadings: number;
    /** What each window and rule did not take, by reason. */
    readonly operators: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
  readonly sinks: Readonly<Record<string, SinkView>>;
}

export interface SinkView {
  readonly state: string;
  /** In words; null if there is none. */
  readonly lastError: string | null;
  readonly lanes: Readonly<Record<string, { readonly confirmedOffset: number; readonly backlogRecords: number }>>;
}

export interface GatewayView {
  status(): StatusView;
  /** Null if the gateway does its work; else why not. */
  unreadyReason(): string | null;
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
}
