import { describe, expect, test } from "vitest";
import { AlertClient } from "../../support/alert-client.ts";
import { AlertReceiver, type Answer } from "../../support/alert-receiver.ts";
import { RawMqtt } from "../../support/raw-mqtt.ts";
import { runningGateway } from "../../support/running-gateway.ts";

const rules = "alerts: [{ name: too-hot, metric: temperature, when: { above: 80 }, severity: critical }]";
const boiler = { rule: "too-hot", device: "boiler", metric: "temperature" };

async function hotBoiler(more = "") {
  const running = await runningGateway(`${rules}\n${more}`);
  const client = await AlertClient.of(running);
  await client.publish("boiler", 81.25);
  await client.untilActive("boiler");
  return { ...running, client };
}

describe("operators, over HTTP", () => {
  test("list, acknowledge and unacknowledge what fires; it stays so over a restart, and counts in status and metrics", async () => {
    const { gateway, client, http, directory } = await hotBoiler();
    const [listed] = await client.active();
    expect(listed).toMatchObject({ ...boiler, state: "firing", value: 81.25, acknowledged: null, silencedUntilUs: null });
    const answer = await client.send("POST", "alerts/acknowledge", { ...boiler, by: "ada", comment: "on my way" });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ ...boiler, acknowledged: { by: "ada", comment: "on my way" } });
    expect(gateway.status().alerts).toEqual({
      ...{ active: 1, acknowledged: 1, silenced: 0, untracked: 0, silences: 0 },
      webhooks: {},
    });
    const text = await (await fetch(`${http}/metrics`)).text();
    expect(text).toContain("tidegate_alerts_active 1\n");
    expect(text).toContain("tidegate_alerts_acknowledged 1\n");
    await gateway.close();

    const again = await AlertClient.of(await runningGateway(rules, directory));
    expect(await again.active()).toEqual([answer.body]);
    expect((await again.send("POST", "alerts/unacknowledge", boiler)).body.acknowledged).toBeNull();
    expect((await again.active())[0]?.acknowledged).toBeNull();
  });

  test("silence what fires by globs, list the silences, and remove one", async () => {
    const { gateway, client } = await hotBoiler();
    const beforeUs = Date.now() * 1000;
    const made = await client.send("POST", "silences", { device: "boi*", severity: "critical", for: "2h", by: "ada" });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ id: "1", rule: "*", device: "boi*", severity: "critical", by: "ada", comment: "" });
    expect(Number(made.body.untilUs) - beforeUs).toBeGreaterThanOrEqual(7_200_000_000);
    const until = await client.send("POST", "silences", { rule: "other", until: "2100-01-31T12:00:00Z", by: "ada" });
    expect(until.body.untilUs).toBe(Date.UTC(2100, 0, 31, 12) * 1000);
    expect((await client.active())[0]?.silencedUntilUs).toBe(made.body.untilUs);
    expect(gateway.status().alerts).toMatchObject({ silenced: 1, silences: 2 });
    expect((await client.send("GET", "silences")).body).toEqual({ silences: [made.body, until.body] });
    expect(await client.send("DELETE", "silences/1")).toMatchObject({ status: 200, body: made.body });
    expect((await client.active())[0]?.silencedUntilUs).toBeNull();
    expect(await client.send("DELETE", "silences/1")).toMatchObject({ status: 404, body: { code: "SILENCE_UNKNOWN" } });
  });

  test("are told what is wrong with a request, where, what is allowed, and the remedy", async () => {
    const { client } = await hotBoiler();
    const odd = await client.send("POST", "silences", { devcie: "a", severity: "bad", for: "2 hours", by: "" });
    expect(odd).toMatchObject({ status: 400, body: { code: "REQUEST_INVALID" } });
    expect(odd.body.faults).toMatchObject([
      { path: "severity", allowed: "one of info, warning, critical" },
      { path: "for", value: "2 hours", allowed: "a duration from 1s to 366d, with a unit (ms, s, m, h, d)" },
      { path: "by", problem: "is too small" },
      { path: "devcie", remedy: "write device, or remove it" },
    ]);
    const faultOf = async (body: unknown) => (await client.send("POST", "silences", body)).body.message;
    expect(await faultOf({ for: "2h", by: "ada" })).toMatch(/rule is missing[\s\S]*at least one of rule, device/);
    expect(await faultOf({ rule: "*", by: "ada" })).toMatch(/for is missing[\s\S]*write for, such as 2h, or until/);
    expect(await faultOf({ rule: "*", for: "2h", until: "2100-01-01T00:00:00Z", by: "ada" })).toMatch(
      /until[\s\S]*one of the two/,
    );
    expect(await faultOf({ rule: "*", until: "2001-01-01T00:00:00Z", by: "ada" })).toMatch(/not in the future/);
    expect(await faultOf([])).toMatch(/it is a list, not object/);
    const nobody = await client.send("POST", "alerts/acknowledge", { ...boiler, device: "other", by: "ada" });
    expect(nobody).toMatchObject({ status: 404, body: { code: "ALERT_NOT_ACTIVE" } });
    expect((await client.send("POST", "alerts/acknowledge", boiler)).body.message).toMatch(/by is missing/);
    expect(await client.send("POST", "alerts/acknowledge", "{")).toMatchObject({
      status: 400,
      body: { code: "REQUEST_INVALID" },
    });
    expect((await client.send("POST", "silences", { rule: "x".repeat(20_000) })).status).toBe(413);
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])(
    "a page of another site changes nothing with a request of type %s, which a browser sends without asking",
    async (contentType) => {
      const { client } = await hotBoiler();
      const body = JSON.stringify({ ...boiler, by: "mallory" });
      for (const path of ["alerts/acknowledge", "alerts/unacknowledge", "silences"]) {
        const { status, body: answer } = await client.send("POST", path, body, contentType);
        expect([status, answer.message]).toEqual([415, expect.stringContaining("content-type: application/json")]);
      }
      expect((await client.active())[0]?.acknowledged).toBeNull();
    },
  );

  test("nor without a body, nor with one for which a browser asks first", async () => {
    const { client, http } = await hotBoiler();
    expect((await client.send("POST", "alerts/acknowledge")).status).toBe(400);
    const asked = await fetch(`${http}/api/v1/silences/1`, {
      method: "OPTIONS",
      headers: { origin: "http://elsewhere.example", "access-control-request-method": "DELETE" },
    });
    expect(asked.ok).toBe(false);
    expect([...asked.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test("subscribers of an alert see on its topic what operators say of it, retained", async () => {
    const { client, port } = await hotBoiler();
    await client.send("POST", "alerts/acknowledge", { ...boiler, by: "ada", comment: "on my way" });
    const subscriber = await RawMqtt.connected(port, 5, { clientId: "subscriber" });
    subscriber.send({
      ...{ cmd: "subscribe", messageId: 1 },
      subscriptions: [{ topic: "tidegate/alerts/too-hot/boiler/temperature", qos: 0, nl: false, rap: true, rh: 0 }],
    });
    const said = async () => {
      const packet = await subscriber.next("publish");
      return JSON.parse(String(packet.payload));
    };
    let message = await said();
    while (message.acknowledged === undefined) message = await said();
    expect(message).toMatchObject({ ...boiler, state: "firing", acknowledged: { by: "ada", comment: "on my way" } });
    const { body } = await client.send("POST", "silences", { rule: "too-hot", for: "1h", by: "ada" });
    expect((await said()).silencedUntilUs).toBe(body.untilUs);
  });
});

describe("a webhook of a gateway", () => {
  const webhook = (url: string) =>
    `notify: { webhooks: [{ name: w, url: "${url}", resendInterval: 1s, timeout: 200ms, retryDelayMin: 10ms, retryDelayMax: 100ms }] }`;

  test("outlasts a receiver that fails in every way, and a restart in the middle of it; each alert arrives", async () => {
    const receiver = await AlertReceiver.start();
    const failures: Answer[] = [{ status: 500 }, { status: 429 }, () => undefined, (response) => response.destroy()];
    receiver.answers.push(...failures);
    const { gateway, client, directory } = await hotBoiler(webhook(receiver.url));
    await receiver.until(failures.length + 1);

    receiver.always = { status: 503 };
    await client.publish("boiler", 60);
    await client.publish("furnace", 90);
    await client.untilActive("furnace");
    const seen = receiver.requests.length;
    await receiver.until(seen + 2);
    await gateway.close();

    const again = await runningGateway(`${rules}\n${webhook(receiver.url)}`, directory);
    receiver.answers.push({ status: 400, text: "what is this" });
    const restarted = receiver.requests.length;
    await receiver.until(restarted + 2);
    receiver.always = null;
    // The answer 400 rejects the end of the one and the firing of the other, which comes again.
    while ((again.gateway.status().alerts.webhooks.w?.sent ?? 0) < 1) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(receiver.said[restarted]).toEqual(["boiler resolved", "furnace firing"]);
    expect(receiver.said.at(-1)).toEqual(["furnace firing"]);
    expect(again.gateway.status().alerts.webhooks.w).toMatchObject({ lastError: null, rejected: 2, waiting: 0 });
    const text = await (await fetch(`${again.http}/metrics`)).text();
    expect(text).toContain('tidegate_webhook_alerts_rejected_total{webhook="w"} 2\n');
    expect(text).toMatch(/tidegate_webhook_retries_total\{webhook="w"\} [1-9]/);
  });
});
