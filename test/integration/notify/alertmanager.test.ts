import { describe, expect, test } from "vitest";
import { AlertClient } from "../../support/alert-client.ts";
import { startAlertmanager } from "../../support/alertmanager.ts";
import { runningGateway } from "../../support/running-gateway.ts";
import { isMissing } from "../../support/servers.ts";

const rules = `
alerts:
  - { name: too-hot, metric: temperature, when: { above: 80 }, severity: critical }
`;
const webhook = (url: string) => `
notify:
  webhooks: [{ name: alertmanager, url: "${url}", resendInterval: 1s, retryDelayMin: 10ms, retryDelayMax: 100ms }]
`;

describe.skipIf(isMissing("prometheus-alertmanager"))("with a real Alertmanager", () => {
  test("an alert that fires appears there, and is gone when it has resolved, over a restart of the gateway too", async () => {
    const alertmanager = await startAlertmanager();
    const yaml = rules + webhook(alertmanager.url);
    const first = await runningGateway(yaml);
    const before = await AlertClient.of(first);
    await before.publish("boiler", 81.25);
    const [shown] = await alertmanager.until((alerts) => alerts.length === 1);
    expect(shown?.labels).toEqual({
      alertname: "too-hot",
      device: "boiler",
      metric: "temperature",
      severity: "critical",
      gateway: "test",
    });
    expect(shown?.annotations).toMatchObject({ summary: "too-hot: boiler temperature", value: "81.25" });
    const [active] = await before.active();
    expect(Date.parse(shown?.startsAt ?? "")).toBe(Math.floor((active?.firedAtUs ?? 0) / 1000));

    await before.send("POST", "alerts/acknowledge", {
      ...{ rule: "too-hot", device: "boiler", metric: "temperature" },
      ...{ by: "ada", comment: "on my way" },
    });
    const [acknowledged] = await alertmanager.until(([alert]) => alert?.annotations.acknowledged_by === "ada");
    expect(acknowledged?.startsAt).toBe(shown?.startsAt);

    await first.gateway.close();
    const second = await runningGateway(yaml, first.directory);
    const after = await AlertClient.of(second);
    expect((await after.active())[0]?.acknowledged).toMatchObject({ by: "ada", comment: "on my way" });
    await after.publish("boiler", 60);
    await alertmanager.until((alerts) => alerts.length === 0);
    expect(second.gateway.status().alerts.webhooks.alertmanager).toMatchObject({ rejected: 0, lastError: null });
  });

  test("an alert that is silenced does not appear there, but when the silence has ended, if it still fires", async () => {
    const alertmanager = await startAlertmanager();
    const gateway = await runningGateway(rules + webhook(alertmanager.url));
    const client = await AlertClient.of(gateway);
    const silence = await client.send("POST", "silences", { device: "boiler", for: "2h", by: "ada" });
    expect(silence.status).toBe(201);
    await client.publish("boiler", 81.25);
    await client.untilActive("boiler");
    await client.publish("furnace", 99);
    // By the time that the second one is there twice, the first would be.
    await alertmanager.until((alerts) => alerts.length >= 1);
    while ((gateway.gateway.status().alerts.webhooks.alertmanager?.sent ?? 0) < 2)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await alertmanager.alerts()).map(({ labels }) => labels.device)).toEqual(["furnace"]);
    await client.send("DELETE", `silences/${silence.body.id}`);
    await alertmanager.until((alerts) => alerts.some(({ labels }) => labels.device === "boiler"));
  });

  test("alerts of windows that span devices, and of tags that are no label names, are taken", async () => {
    const alertmanager = await startAlertmanager();
    const yaml = `
ingest: { routes: [{ topic: sensors/+/+, payload: value, device: "{1}", metric: "{2}", tags: { line-no.: "3" } }] }
windows: [{ name: line, kind: count, readings: 1, by: { tag: line-no. } }]
alerts: [{ name: line-hot, on: { window: line, aggregate: mean }, when: { above: 80 } }]
${webhook(alertmanager.url)}`;
    const gateway = await runningGateway(yaml);
    const client = await AlertClient.of(gateway);
    await client.publish("boiler", 81.25);
    const [shown] = await alertmanager.until((alerts) => alerts.length === 1);
    expect(shown?.labels).toEqual({
      ...{ alertname: "line-hot", metric: "temperature", severity: "warning", gateway: "test" },
      line_no_: "3",
    });
    expect(gateway.gateway.status().alerts.webhooks.alertmanager?.rejected).toBe(0);
  });
});
