// Who is signed in on this browser. The refresh token is in a cookie that no script reads; the access
// token is held here, in memory, and nowhere else.

import { accounts } from "./api/api";
import { Refusal, Unreachable } from "./api/problem";
import { useTokens } from "./api/request";
import type { Tokens } from "./api/types";

/** A note that there may be a cookie, so that strangers do not ask for tokens on each page. */
const hint = "milequest.session";
/** A token is renewed so long before it expires. */
const earlySeconds = 60;

let current: Tokens | null = null;
let renewing: Promise<Tokens | null> | null = null;
const watchers = new Set<() => void>();
const others = new BroadcastChannel("milequest.session");

function expiresSoon(tokens: Tokens): boolean {
  return Date.parse(tokens.accessTokenExpiresAt) - Date.now() < earlySeconds * 1000;
}

function become(tokens: Tokens | null): void {
  const changes = tokens?.personId !== current?.personId;
  current = tokens;
  if (tokens) localStorage.setItem(hint, "1");
  else localStorage.removeItem(hint);
  if (changes) for (const watcher of watchers) watcher();
}

/** One renewal at a time in all tabs: two at once would show the same refresh token twice. */
async function renew(): Promise<Tokens | null> {
  const exchange = async () => {
    try {
      become(await accounts.refresh());
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) become(null);
      else if (!(error instanceof Unreachable)) throw error;
    }
    return current;
  };
  return navigator.locks
    ? await navigator.locks.request("milequest.session", exchange) as Tokens | null
    : await exchange();
}

function renewOnce(): Promise<Tokens | null> {
  renewing ??= renew().finally(() => { renewing = null; });
  return renewing;
}

export const session = {
  get personId(): string | null { return current?.personId ?? null; },

  /** Finds out whether somebody is signed in. */
  async begin(): Promise<void> {
    if (localStorage.getItem(hint)) await renewOnce();
  },

  signedIn(tokens: Tokens): void {
    become(tokens);
    others.postMessage("changed");
  },

  async signOut(): Promise<void> {
    await accounts.logout();
    become(null);
    others.postMessage("changed");
  },

  /** Calls back when somebody signs in or out. */
  watch(watcher: () => void, signal: AbortSignal): void {
    watchers.add(watcher);
    signal.addEventListener("abort", () => watchers.delete(watcher));
  },
};

others.onmessage = async () => {
  // Another tab has signed in or out; the cookie says as whom.
  const before = current;
  current = null;
  await renewOnce();
  if (before && !current) for (const watcher of watchers) watcher();
};

useTokens({
  async token() {
    if (current && expiresSoon(current)) await renewOnce();
    return current?.accessToken ?? null;
  },
  async renew(refused) {
    if (current?.accessToken === refused) await renewOnce();
    return current?.accessToken === refused ? null : current?.accessToken ?? null;
  },
});
