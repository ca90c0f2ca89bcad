// The events of a quest, once for the whole browser: the tab that holds a Web Lock reads them, from the
// service or from outside, and hands them to the others; when it goes, the next one takes over.

import { EventCalls, quests, realtime } from "../api/api";
import { askJSON, presentToken } from "../api/request";
import type { LiveEvent } from "../api/types";
import { Follow, follow, isFinal, pause, poll, Sink } from "./stream";

/** Streams of one browser at a time: over HTTP/1.1 it has six connections, and pages need some. */
const mostStreams = 3;

type Shared =
  | { what: "event"; event: LiveEvent }
  | { what: "reset"; version: number }
  | { what: "confirmed" }
  | { what: "broken" }
  | { what: "ended" };

export interface Watcher {
  /** The version of what the page shows. */
  version: number;
  event(event: LiveEvent): void;
  reset(): void;
  confirmed(): void;
  /** Nothing is heard at the moment. */
  broken(): void;
  /** The quest is no longer shown to whoever asks. */
  ended(): void;
}

/**
 * Calls a watcher with each event after its version, in order and once, until the signal ends it. Those who ask
 * otherwise than this browser's person see otherwise, and share with those of the same `sight`.
 */
export function watchQuest(
  quest: string, watcher: Watcher, signal: AbortSignal, calls: EventCalls = quests, sight = quest,
): void {
  const name = `milequest.live.${sight}`;
  const channel = new BroadcastChannel(name);
  const take = (shared: Shared) => {
    if (signal.aborted) return;
    if (shared.what === "confirmed") {
      watcher.confirmed();
    } else if (shared.what === "broken") {
      watcher.broken();
    } else if (shared.what === "ended") {
      watcher.ended();
    } else if (shared.what === "reset") {
      watcher.version = Math.max(watcher.version, shared.version);
      watcher.reset();
    } else if (shared.event.version > watcher.version) {
      watcher.version = shared.event.version;
      watcher.event(shared.event);
    }
  };
  channel.onmessage = (message) => take(message.data as Shared);
  signal.addEventListener("abort", () => channel.close());
  // The stream may notice only after a while.
  window.addEventListener("offline", () => take({ what: "broken" }), { signal });

  const hand = (shared: Shared) => {
    if (signal.aborted) return;
    take(shared);
    channel.postMessage(shared);
  };
  const sink: Sink = {
    version: () => watcher.version,
    event: (event) => hand({ what: "event", event }),
    reset: (version) => hand({ what: "reset", version }),
    confirmed: () => hand({ what: "confirmed" }),
    broken: () => hand({ what: "broken" }),
    ended: () => hand({ what: "ended" }),
  };
  const lead = async () => {
    const outside = await configured(calls).catch(() => null);
    await (outside ?? follow)(quest, calls, sink, signal, slot);
  };
  if (!navigator.locks) {
    void lead();
    return;
  }
  navigator.locks.request(name, { signal }, lead).catch((error) => {
    if (!signal.aborted) throw error;
  });
}

/** What follows events through the service outside that is configured; null for none, and then there are the streams. */
async function configured(calls: EventCalls): Promise<Follow | null> {
  // Whoever has a private link is in no team, so no channel is theirs.
  if (!calls.kind) return null;
  const { adapter, connection } = await realtime();
  if (!connection) return null;
  const choice = await import("./adapters/choice");
  return choice.adapter(adapter, connection, { askJSON, presentToken, isFinal, pause, poll });
}

/** Leave for one more stream of this browser, to be given back; null where there are enough. */
async function slot(): Promise<(() => void) | null> {
  if (!navigator.locks) return () => undefined;
  for (let number = 1; number <= mostStreams; number += 1) {
    const release = await tryLock(`milequest.stream.${number}`);
    if (release) return release;
  }
  return null;
}

function tryLock(name: string): Promise<(() => void) | null> {
  return new Promise((decide) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) {
        decide(null);
        return undefined;
      }
      return new Promise<void>((release) => decide(release));
    });
  });
}
