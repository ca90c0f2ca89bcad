import type { EventCalls } from "../api/api";
import { Refusal } from "../api/problem";
import type { LiveEvent } from "../api/types";
import { MessageReader } from "./messages";

/** What a reader of a quest's events is called with. */
export interface Sink {
  /** The version that the next attempt goes on after. */
  version(): number;
  event(event: LiveEvent): void;
  /** Events are missing: what is shown has to be fetched anew. */
  reset(version: number): void;
  /** The service has answered: what is shown is as it stands. */
  confirmed(): void;
  /** Nothing is heard at the moment; another attempt follows. */
  broken(): void;
  /** The quest may no longer be seen. */
  ended(): void;
}

/** Follows a quest, or a team, until the signal ends it: the built-in streams do, and so does each adapter. */
export type Follow = (quest: string, calls: EventCalls, sink: Sink, signal: AbortSignal) => Promise<void>;

/** A stream without a byte for so long is taken for dead: the service sends a comment every 15 s. */
const silentSeconds = 40;
/** After so many attempts without a byte, streams do not get through here. */
const silentAttempts = 3;
const pollSeconds = 5;
/** Then streams are tried again. */
const pollsBeforeStream = 60;
/** So many tries come soon after each other: a service that restarts is back in seconds. */
const soonTries = 20;
const soonSeconds = 0.4;

class Silent extends Error {}

/** Follows a quest until the signal ends it, by a stream while streams get through, else by pages. */
export async function follow(
  quest: string, calls: EventCalls, sink: Sink, signal: AbortSignal,
  mayStream: () => Promise<(() => void) | null>,
): Promise<void> {
  let silent = 0;
  let failures = 0;
  let afterSeconds = 0;
  while (!signal.aborted) {
    const release = silent < silentAttempts ? await mayStream() : null;
    try {
      if (release) {
        const heard = await readStream(quest, calls, sink, signal);
        silent = heard ? 0 : silent + 1;
        failures = heard ? 0 : failures + 1;
        // Whatever ends streams early is not asked in a tight loop.
        if (heard) await pause(soonSeconds * (0.5 + Math.random()), signal);
      } else {
        await poll(quest, calls, sink, signal, silent < silentAttempts ? 1 : pollsBeforeStream);
        silent = 0;
        failures = 0;
      }
    } catch (error) {
      if (signal.aborted) return;
      // One that may no longer be seen has nothing to follow.
      if (isFinal(error)) return sink.ended();
      sink.broken();
      silent = error instanceof Silent ? silent + 1 : silent;
      failures += 1;
      afterSeconds = error instanceof Refusal ? error.retryAfterSeconds ?? 0 : 0;
    } finally {
      release?.();
    }
    if (failures > 0) await pause(Math.max(backoffSeconds(failures), afterSeconds), signal);
    afterSeconds = 0;
  }
}

/** Whether it may no longer be seen by whoever asks. */
export function isFinal(error: unknown): boolean {
  return error instanceof Refusal && [401, 403, 404, 410].includes(error.status);
}

/** Whether anything came before the stream ended. */
async function readStream(
  quest: string, calls: EventCalls, sink: Sink, signal: AbortSignal,
): Promise<boolean> {
  const attempt = new AbortController();
  const end = () => attempt.abort();
  signal.addEventListener("abort", end);
  let isSilent = false;
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => { isSilent = true; attempt.abort(); }, silentSeconds * 1000);
  };
  let heard = false;
  try {
    wait();
    const response = await calls.stream(quest, sink.version(), attempt.signal);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const messages = new MessageReader();
    for (;;) {
      const piece = await reader?.read();
      if (!piece || piece.done) return heard;
      heard = true;
      wait();
      sink.confirmed();
      for (const message of messages.read(piece.value)) {
        if (message.event === "end") return heard;
        if (message.event === "ready") continue;
        if (message.event === "reset") sink.reset(Number(message.id ?? sink.version()));
        else sink.event(JSON.parse(message.data) as LiveEvent);
      }
    }
  } catch (error) {
    if (isSilent && !signal.aborted) {
      if (heard) return true;
      throw new Silent();
    }
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    attempt.abort();
  }
}

/** Asks for pages a number of times. */
export async function poll(
  quest: string, calls: EventCalls, sink: Sink, signal: AbortSignal, times: number,
): Promise<void> {
  for (let time = 0; time < times && !signal.aborted; time += 1) {
    const page = await calls.events(quest, sink.version(), signal);
    sink.confirmed();
    if (page.reset) sink.reset(page.version);
    for (const event of page.items) sink.event(event);
    if (page.items.length === 0) await pause(pollSeconds * (0.8 + 0.4 * Math.random()), signal);
  }
}

/** Grows up to a minute, and differs from browser to browser, so that they do not come all at once. */
function backoffSeconds(failures: number): number {
  return Math.min(60, soonSeconds * 2 ** Math.max(0, failures - soonTries)) * (0.5 + Math.random());
}

export function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(finish, seconds * 1000);
    // Back from sleep, or online again: at once.
    const wake = () => { if (document.visibilityState === "visible") finish(); };
    function finish() {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      window.removeEventListener("online", finish);
      document.removeEventListener("visibilitychange", wake);
      done();
    }
    signal.addEventListener("abort", finish);
    window.addEventListener("online", finish);
    document.addEventListener("visibilitychange", wake);
  });
}
