// Tests of following events through a service outside.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const connection = { key: "a key", host: "socket.example", port: 6001, tls: true, cluster: null };

test("the words of the protocol are understood", async () => {
  const { address, afterClose, read, subscription } = await load("live/adapters/pusher-protocol.ts");
  assert.equal(
    address(connection), "wss://socket.example:6001/app/a%20key?protocol=7&client=milequest&version=1.0");
  assert.match(address({ ...connection, tls: false }), /^ws:/);
  const cases = [
    [{ event: "pusher:connection_established", data: "{\"socket_id\":\"1.2\",\"activity_timeout\":30}" },
      { what: "established", socket: "1.2", activitySeconds: 30 }],
    [{ event: "pusher:connection_established", data: { socket_id: "1.2" } },
      { what: "established", socket: "1.2", activitySeconds: 120 }],
    [{ event: "pusher:connection_established", data: "{}" }, null],
    [{ event: "pusher:error", data: { code: 4001, message: "no such app" } }, { what: "error", code: 4001 }],
    [{ event: "pusher:error", data: { code: null, message: "?" } }, { what: "error", code: null }],
    [{ event: "pusher:ping", data: {} }, { what: "ping" }],
    [{ event: "pusher:pong" }, { what: "pong" }],
    [{ event: "pusher_internal:subscription_succeeded", channel: "team-1", data: "{}" },
      { what: "subscribed", channel: "team-1" }],
    [{ event: "pusher:subscription_error", channel: "team-1", data: { type: "AuthError", status: 401 } },
      { what: "refused", channel: "team-1" }],
    [{ event: "pusher:subscription_count", channel: "team-1", data: "{}" }, null],
    [{ event: "activity.logged", channel: "team-1", data: "{\"version\":7}" },
      { what: "event", channel: "team-1", name: "activity.logged", data: { version: 7 } }],
    [{ event: "activity.logged", channel: "team-1", data: "not JSON" },
      { what: "event", channel: "team-1", name: "activity.logged", data: {} }],
    [{ event: 7 }, null], [[1], null], [null, null],
  ];
  for (const [message, expected] of cases) {
    assert.deepEqual(read(JSON.stringify(message)), expected, JSON.stringify(message));
  }
  assert.equal(read("{"), null);
  assert.equal(read(new ArrayBuffer(3)), null);
  assert.deepEqual(JSON.parse(subscription("private-team-1", "key:signature")),
    { event: "pusher:subscribe", data: { channel: "private-team-1", auth: "key:signature" } });
  assert.deepEqual(JSON.parse(subscription("team-1")), { event: "pusher:subscribe", data: { channel: "team-1" } });
  for (const [code, next] of [[4000, "never"], [4099, "never"], [4100, "later"], [4199, "later"], [4200, "soon"],
    [4299, "soon"], [4300, "later"], [1000, "later"], [1006, "later"]]) {
    assert.equal(afterClose(code), next, String(code));
  }
});

/** A socket whose other end is the test. */
class FakeSocket {
  static OPEN = 1;
  static all = [];
  readyState = 1;
  sent = [];
  constructor(address) {
    this.address = address;
    FakeSocket.all.push(this);
  }
  send(text) { this.sent.push(JSON.parse(text)); }
  close() { this.readyState = 3; }
  says(event, data, channel) {
    this.onmessage?.({ data: JSON.stringify({ event, data: JSON.stringify(data), ...(channel ? { channel } : {}) }) });
  }
  ends(code) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

/** A reader of a quest whose events the test makes. */
async function reader(t, auth) {
  globalThis.window ??= Object.assign(globalThis, { addEventListener() {}, removeEventListener() {} });
  globalThis.document ??= { addEventListener() {}, removeEventListener() {}, visibilityState: "visible" };
  globalThis.WebSocket = FakeSocket;
  FakeSocket.all = [];
  const { following } = await load("live/adapters/pusher.ts");
  const { isFinal, pause, poll } = await load("live/stream.ts");
  const ended = new AbortController();
  t.after(() => ended.abort());
  const told = { items: [], shown: [], states: [], asked: [], version: 5, ended };
  const sink = {
    version: () => told.version,
    event(event) {
      told.version = Math.max(told.version, event.version);
      told.shown.push(event.version);
    },
    reset: () => told.states.push("reset"), confirmed: () => told.states.push("confirmed"),
    broken: () => told.states.push("broken"), ended: () => told.states.push("ended"),
  };
  const calls = {
    kind: "quest",
    events: async (_, after) => {
      told.asked.push(after);
      const items = told.items.filter((event) => event.version > after).slice(0, 500);
      return { items, version: Math.max(after, ...items.map((event) => event.version)), reset: false };
    },
  };
  const means = {
    isFinal, pause, poll, presentToken: async () => auth === undefined ? null : {},
    askJSON: async (path) => path === "/v1/quests/q" ? { teamId: "t" } : { auth },
  };
  told.done = following(connection, means)("q", calls, sink, ended.signal);
  return told;
}

const event = (version, more = {}) => ({ kind: "activity.logged", version, questId: "q", ...more });
const settle = () => new Promise((done) => setTimeout(done, 5));
async function until(holds) {
  for (let time = 0; time < 1000 && !holds(); time += 1) await settle();
  assert.ok(holds());
}

async function subscribed(number = 0, data = { channel: "team-t" }, seconds = 30) {
  await until(() => FakeSocket.all.length > number);
  const socket = FakeSocket.all[number];
  socket.says("pusher:connection_established", { socket_id: "1.2", activity_timeout: seconds });
  await until(() => socket.sent.length > 0);
  assert.deepEqual(socket.sent[0], { event: "pusher:subscribe", data });
  socket.says("pusher_internal:subscription_succeeded", {}, data.channel);
  await settle();
  return socket;
}

test("every event is shown once, however it comes", async (t) => {
  const told = await reader(t);
  told.items = [event(6)];
  const socket = await subscribed();
  assert.deepEqual(told.shown, [6], "what happened before the subscription");
  socket.says("activity.logged", event(7), "team-t");
  socket.says("activity.logged", event(7), "team-t");
  assert.deepEqual(told.shown, [6, 7], "the event itself, and not again");
  const asked = told.asked.length;
  socket.says("activity.logged", event(8, { questId: "other" }), "team-t");
  socket.says("activity.logged", event(9), "team-t");
  socket.says("activity.logged", event(10), "team-other");
  await settle();
  assert.deepEqual(told.shown, [6, 7, 9], "another quest's is passed over, and leaves no gap");
  assert.equal(told.asked.length, asked, "and nothing was asked for");
  told.items = [6, 7, 9, 10, 11].map((version) => event(version));
  socket.says("activity.logged", event(11), "team-t");
  await settle();
  assert.deepEqual(told.shown, [6, 7, 9, 10, 11], "a gap is filled");
  told.items.push(event(12), event(13));
  socket.says("activity.logged", { ...event(12), isComplete: false }, "team-t");
  socket.says("activity.logged", event(13), "team-t");
  await settle();
  assert.deepEqual(told.shown, [6, 7, 9, 10, 11, 12, 13], "a hint is read, and what comes meanwhile");
  told.items.push(event(14, { kind: "member.joined", questId: null }));
  socket.says("pusher:ping", {});
  assert.deepEqual(socket.sent.at(-1), { event: "pusher:pong", data: {} });
  told.ended.abort();
  await told.done;
  assert.equal(socket.readyState, 3);
});

test("members read what hints are about", async (t) => {
  const told = await reader(t, "key:signature");
  const socket = await subscribed(0, { channel: "private-team-t", auth: "key:signature" });
  told.items = [event(6, { personName: "Ann" }), event(7), event(8)];
  socket.says("activity.logged", event(6), "private-team-t");
  assert.deepEqual(told.shown, [], "the hint itself is not shown");
  await settle();
  assert.deepEqual(told.shown, [6, 7, 8]);
  told.items = Array.from({ length: 600 }, (_, index) => event(9 + index));
  socket.says("activity.logged", event(9), "private-team-t");
  await until(() => told.shown.length === 603);
  assert.deepEqual(told.asked, [5, 5, 8, 508], "a full page has another one after it");
});

test("a lost hint is made good, and a dead connection is noticed", async (t) => {
  const told = await reader(t);
  const socket = await subscribed(0, undefined, 0.05);
  told.items = [event(6)];
  await until(() => told.shown.length === 1);
  await until(() => socket.sent.some((each) => each.event === "pusher:ping"));
  // Nothing answers it.
  await until(() => FakeSocket.all.length === 2);
  assert.equal(socket.readyState, 3);
  assert.ok(told.states.includes("broken"));
});

test("a connection that breaks is made anew, and nothing is missing", async (t) => {
  const told = await reader(t);
  const first = await subscribed();
  told.items = [event(6), event(7)];
  first.ends(4200);
  await until(() => told.states.includes("broken"));
  await subscribed(1);
  await settle();
  assert.deepEqual(told.shown, [6, 7]);
});

test("what the server refuses for good is asked for as pages", async (t) => {
  const told = await reader(t);
  await until(() => FakeSocket.all.length === 1);
  told.items = [event(6)];
  FakeSocket.all[0].says("pusher:error", { code: 4001, message: "no such app" });
  await until(() => told.shown.length === 1);
  assert.equal(told.states.at(-1), "confirmed");
  assert.equal(FakeSocket.all.length, 1);
});

test("waits grow, and differ", async () => {
  const { waitSeconds } = await load("live/adapters/pusher.ts");
  const of = (next, failures) => Array.from({ length: 50 }, () => waitSeconds(next, failures));
  assert.ok(Math.max(...of("soon", 1)) < 0.31);
  for (const failures of [1, 2, 3]) {
    const waits = of("later", failures);
    assert.ok(Math.min(...waits) >= 2 ** failures / 4 && Math.max(...waits) <= 2 ** failures * 0.75, String(waits));
    assert.ok(new Set(waits).size > 10);
  }
});
