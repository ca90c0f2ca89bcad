// The walks of this device that the service has not taken yet, the same in all tabs.

import type { WalkDraft } from "../api/api";
import type { WalkResult } from "../api/types";
import { Accident, StorageRefused, WaitingWalk, WalkDatabase } from "./database";

/** What became of walks: tabs tell each other. */
export type News =
  | Accident
  | { what: "sent"; id: string; result: WalkResult | null }
  | { what: "state"; state: SendingState };

/** How sending goes at the moment. */
export interface SendingState {
  isSending: boolean;
  /** Why it does not go on; null where nothing is wrong. */
  hindrance: "offline" | "unreachable" | "signed-out" | null;
}

type Wish = { what: "send" };

const watchers = new Set<(news: News) => void>();
const channel = new BroadcastChannel("milequest.walks");
const wishes = new Set<() => void>();
const database = new WalkDatabase(tell);

channel.onmessage = ({ data }: MessageEvent<News | Wish>) => {
  if (data.what === "send") for (const wish of wishes) wish();
  else hear(data);
};

function hear(news: News): void {
  // Another tab has changed the list: what this one would write again is brought up to date.
  if (news.what === "changed") void database.all().catch(() => undefined);
  for (const watcher of watchers) watcher(news);
}

export function tell(news: News): void {
  for (const watcher of watchers) watcher(news);
  channel.postMessage(news);
}

/** Asks the browser to call the worker when there is a connection, where it can. */
async function wakeLater(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker.ready as ServiceWorkerRegistration & {
      sync?: { register(tag: string): Promise<void> };
    };
    await registration.sync?.register("walks");
  } catch {
    // The next tab that opens sends them.
  }
}

export const queue = {
  /**
   * Keeps a walk until the service has it.
   *
   * Throws `StorageRefused` where the browser does not keep it.
   */
  async add(draft: WalkDraft, personId: string): Promise<void> {
    const order = Math.max(0, ...(await database.all()).map((walk) => walk.order)) + 1;
    await database.change([{
      id: draft.id, personId, draft, order, rejection: null,
    }]);
    tell({ what: "changed" });
    this.send();
    void wakeLater();
  },

  all: (): Promise<WaitingWalk[]> => database.all(),

  /** Those of all accounts; none where the browser keeps nothing. */
  async known(): Promise<WaitingWalk[]> {
    try {
      return await database.all();
    } catch (error) {
      if (error instanceof StorageRefused) return [];
      throw error;
    }
  },

  async change(written: WaitingWalk[], deleted: string[] = []): Promise<void> {
    await database.change(written, deleted);
    tell({ what: "changed" });
  },

  /** Asks whichever tab sends to do it now. */
  send(): void {
    for (const wish of wishes) wish();
    channel.postMessage({ what: "send" } as Wish);
  },

  /** Calls back when sending is wished for. */
  onWish(wish: () => void): void { wishes.add(wish); },

  watch(watcher: (news: News) => void, signal: AbortSignal): void {
    watchers.add(watcher);
    signal.addEventListener("abort", () => watchers.delete(watcher));
  },
};
