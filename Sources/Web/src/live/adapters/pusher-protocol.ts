// The words of Pusher's protocol, version 7, without a socket.

import type { RealtimeConnection } from "../../api/types";

export type Message =
  | { what: "established"; socket: string; activitySeconds: number }
  | { what: "error"; code: number | null }
  | { what: "ping" }
  | { what: "pong" }
  | { what: "subscribed"; channel: string }
  | { what: "refused"; channel: string }
  | { what: "event"; channel: string; name: string; data: Hint };

/** What a message says of an event of ours: all of it, or a part. */
export interface Hint {
  kind?: unknown;
  version?: unknown;
  questId?: unknown;
  isComplete?: unknown;
}

/** What to do when a connection has ended. */
export type Next = "soon" | "later" | "never";

/** The protocol's own figure where the server names none. */
const usualActivitySeconds = 120;

export function address(connection: RealtimeConnection): string {
  return `${connection.tls ? "wss" : "ws"}://${connection.host}:${connection.port}/app/`
    + `${encodeURIComponent(connection.key)}?protocol=7&client=milequest&version=1.0`;
}

/** What a text of the server says; null for what this client has no use for, and for nonsense. */
export function read(text: unknown): Message | null {
  const message = object(text);
  const name = message?.["event"];
  if (!message || typeof name !== "string") return null;
  const data = object(message["data"]);
  const channel = typeof message["channel"] === "string" ? message["channel"] : "";
  if (name === "pusher:connection_established") {
    const socket = data?.["socket_id"];
    if (typeof socket !== "string") return null;
    const seconds = Number(data?.["activity_timeout"]);
    return { what: "established", socket, activitySeconds: seconds > 0 ? seconds : usualActivitySeconds };
  }
  if (name === "pusher:error") {
    const code = data?.["code"];
    return { what: "error", code: typeof code === "number" ? code : null };
  }
  if (name === "pusher:ping") return { what: "ping" };
  if (name === "pusher:pong") return { what: "pong" };
  if (name === "pusher_internal:subscription_succeeded") return { what: "subscribed", channel };
  if (name === "pusher:subscription_error") return { what: "refused", channel };
  // What else the protocol says of itself, such as how many have subscribed.
  if (/^pusher(_internal)?:/.test(name)) return null;
  return { what: "event", channel, name, data: data ?? {} };
}

/** An object that is there as it is, or as JSON: events carry a text. */
function object(value: unknown): Record<string, unknown> | null {
  let found = value;
  if (typeof value === "string") {
    try {
      found = JSON.parse(value);
    } catch {
      return null;
    }
  }
  return typeof found === "object" && found !== null && !Array.isArray(found) ? found as Record<string, unknown> : null;
}

export const ping = text("pusher:ping", {});
export const pong = text("pusher:pong", {});

export function subscription(channel: string, auth?: string): string {
  return text("pusher:subscribe", auth === undefined ? { channel } : { channel, auth });
}

function text(event: string, data: object): string {
  return JSON.stringify({ event, data });
}

/** By the code that a connection was closed with: 4000 to 4099 stay refused, 4100 to 4199 pass, 4200 to 4299 have passed. */
export function afterClose(code: number): Next {
  if (code >= 4000 && code < 4100) return "never";
  return code >= 4200 && code < 4300 ? "soon" : "later";
}
