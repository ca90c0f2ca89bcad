// Follows events through Pusher Channels, or a server that speaks its protocol. What it sends says that there is
// something to read: what is shown comes from the service, so that nothing is lost, doubled or seen by others.

import type { EventCalls } from "../../api/api";
import type { LiveEvent, Quest, RealtimeConnection } from "../../api/types";
import type { Follow, Sink } from "../stream";
import type { Means } from "./means";
import { address, afterClose, Hint, Next, ping, pong, read, subscription } from "./pusher-protocol";

/** After so many attempts in a row that lead to nothing, pages are asked for. */
const mostFailures = 3;
/** Then another attempt is made after half a minute, as pages are asked for every five seconds. */
const pollsBeforeAttempt = 6;
/** After five minutes where the server will not have us: it says so of a key that it does not know. */
const pollsWhenRefused = 60;
const mostConnectSeconds = 15;
/** A page with as many events may have another one after it: the client asks for no more at once. */
const mostEvents = 500;
/** So often the connection is tested, and the service asked whether a hint was lost. */
const mostQuietSeconds = 30;

export function following(connection: RealtimeConnection, means: Means): Follow {
  return async (quest, calls, sink, signal) => {
    let failures = 0;
    let next: Next = "later";
    while (!signal.aborted) {
      try {
        if (failures >= mostFailures) {
          await means.poll(quest, calls, sink, signal, next === "never" ? pollsWhenRefused : pollsBeforeAttempt);
          if (signal.aborted) return;
        }
        next = "later";
        const session = new Session(connection, means, quest, calls, sink, signal);
        next = afterClose(await session.ended);
        if (session.isSubscribed) failures = 0;
        // Where pages are asked for, nothing is amiss.
        if (failures < mostFailures && !signal.aborted) sink.broken();
      } catch (error) {
        if (signal.aborted) return;
        if (means.isFinal(error)) return sink.ended();
        sink.broken();
      }
      failures = next === "never" ? mostFailures : Math.min(mostFailures, failures + 1);
      if (next !== "never") await means.pause(waitSeconds(next, failures), signal);
    }
  };
}

/** Grows, and differs from browser to browser: a server that comes back is not asked by all at once. */
export function waitSeconds(next: Next, failures: number): number {
  return (next === "soon" && failures <= 1 ? 0.2 : 2 ** (failures - 1)) * (0.5 + Math.random());
}

/** One connection, from its opening to its end. */
class Session {
  /** The code that it was closed with; a refusal of the service that ends it is thrown. */
  readonly ended: Promise<number>;
  isSubscribed = false;
  private readonly socket: WebSocket;
  private channel = "";
  /** Null for all of a team. */
  private readonly questId: string | null;
  /** Up to here, everything that belongs to the quest has been shown. */
  private seen: number;
  private isPulling = false;
  private pullAgain = false;
  private hasHeard = true;
  private timer = 0;
  private end: (code: number) => void = () => undefined;
  private fail: (error: unknown) => void = () => undefined;

  constructor(
    connection: RealtimeConnection, private readonly means: Means, private readonly quest: string,
    private readonly calls: EventCalls, private readonly sink: Sink, private readonly signal: AbortSignal,
  ) {
    this.seen = sink.version();
    this.questId = calls.kind === "quest" ? quest : null;
    this.socket = new WebSocket(address(connection));
    const close = () => this.end(1000);
    const settled = new Promise<number>((end, fail) => { this.end = end; this.fail = fail; });
    this.ended = settled.finally(() => {
      signal.removeEventListener("abort", close);
      clearTimeout(this.timer);
      this.socket.onmessage = this.socket.onclose = null;
      this.socket.close();
    });
    signal.addEventListener("abort", close);
    this.socket.onmessage = (message) => this.hear(message.data);
    this.socket.onclose = (event) => this.end(event.code);
    this.timer = window.setTimeout(() => this.end(1006), mostConnectSeconds * 1000);
  }

  private hear(text: unknown): void {
    this.hasHeard = true;
    const message = read(text);
    switch (message?.what) {
      case "established": {
        const seconds = Math.min(mostQuietSeconds, message.activitySeconds);
        this.attempt(() => this.subscribe(message.socket, seconds));
        break;
      }
      case "subscribed":
        if (message.channel !== this.channel) break;
        this.isSubscribed = true;
        // What happened before it.
        this.pull();
        break;
      case "ping": this.socket.send(pong); break;
      case "error":
        // Others are about one message, and leave the connection open.
        if (message.code !== null && message.code >= 4000 && message.code < 4300) this.end(message.code);
        break;
      case "refused": this.end(1006); break;
      case "event": if (message.channel === this.channel) this.take(message.data); break;
    }
  }

  private async subscribe(socket: string, quietSeconds: number): Promise<void> {
    // A team's channel has the events of its quests, and those of the team as a whole.
    const team = this.questId === null ? this.quest : (await this.means.askJSON<Quest>(
      `/v1/quests/${this.quest}`, { signal: this.signal })).teamId;
    const open = `team-${team}`;
    const auth = await this.means.presentToken() ? await this.authorization(socket, `private-${open}`) : undefined;
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.channel = auth === undefined ? open : `private-${open}`;
    this.socket.send(subscription(this.channel, auth));
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.test(quietSeconds), quietSeconds * 1000);
  }

  /** Nothing for whoever is not in the team: the public channel is theirs. */
  private async authorization(socket: string, channel: string): Promise<string | undefined> {
    try {
      const body = { socket_id: socket, channel_name: channel };
      return (await this.means.askJSON<{ auth: string }>(
        "/v1/realtime/auth", { method: "POST", body, signal: this.signal })).auth;
    } catch (error) {
      if (this.means.isFinal(error)) return undefined;
      throw error;
    }
  }

  /** Ends a connection that is dead, and makes good for hints that were lost: the vendor's queue may drop them. */
  private test(quietSeconds: number, wasPinged = false): void {
    if (!this.isSubscribed || (wasPinged && !this.hasHeard)) return this.end(4201);
    const isQuiet = !this.hasHeard;
    this.hasHeard = false;
    if (isQuiet) this.socket.send(ping);
    this.pull();
    this.timer = window.setTimeout(() => this.test(quietSeconds, isQuiet), quietSeconds * 1000);
  }

  private take(hint: Hint): void {
    const { version } = hint;
    if (typeof version !== "number" || version <= this.seen) return;
    const isNext = version === this.seen + 1 && !this.isPulling;
    const isElsewhere = this.questId !== null && typeof hint.questId === "string" && hint.questId !== this.questId;
    if (isElsewhere) {
      if (isNext) this.seen = version;
      return;
    }
    // Strangers get the event itself. Members get a hint: somebody who was taken out may still be connected.
    const isWhole = !this.channel.startsWith("private-") && hint.isComplete !== false
      && !String(hint.kind).startsWith("member.");
    if (!isNext || !isWhole) return this.pull();
    this.seen = version;
    this.sink.confirmed();
    this.sink.event(hint as LiveEvent);
  }

  /** Reads what there is after what was seen: once at a time, and once more for what came meanwhile. */
  private pull(): void {
    if (this.isPulling) {
      this.pullAgain = true;
      return;
    }
    this.isPulling = true;
    this.attempt(async () => {
      for (let hasMore = true; hasMore;) {
        this.pullAgain = false;
        const page = await this.calls.events(this.quest, this.seen, this.signal);
        this.sink.confirmed();
        if (page.reset) this.sink.reset(page.version);
        for (const event of page.items) this.sink.event(event);
        this.seen = Math.max(this.seen, page.version);
        hasMore = this.pullAgain || page.items.length >= mostEvents;
      }
      this.isPulling = false;
    });
  }

  private attempt(work: () => Promise<void>): void {
    work().catch((error) => this.fail(error));
  }
}
