// Who is signed in on this browser. The refresh token is in a cookie that no script reads; the access
// token is held here, in memory, and nowhere else.

import { accounts } from "./api/api";
import { Refusal, Unreachable } from "./api/problem";
import { HeldToken, useTokens } from "./api/request";
import type { Tokens } from "./api/types";
import { serviceClock } from "./clock";

/** Who signed in last: strangers ask for no tokens, and without a connection it is known who logs. */
const hint = "milequest.session";
/** A token is renewed so long before it expires. */
const earlySeconds = 60;

let current: Tokens | null = null;
let known: string | null = localStorage.getItem(hint);
let renewing: Promise<void> | null = null;
const watchers = new Set<() => void>();
const others = new BroadcastChannel("milequest.session");

function expiresSoon(tokens: Tokens): boolean {
  return Date.parse(tokens.accessTokenExpiresAt) - serviceClock.now() < earlySeconds * 1000;
}

function become(tokens: Tokens | null): void {
  const before = known;
  current = tokens;
  known = tokens?.personId ?? null;
  if (known) localStorage.setItem(hint, known);
  else localStorage.removeItem(hint);
  if (known !== before) for (const watcher of watchers) watcher();
}

/** One renewal at a time in all tabs: two at once would show the same refresh token twice. */
async function renew(): Promise<void> {
  const exchange = async () => {
    try {
      become(await accounts.refresh());
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) become(null);
      // Anything else says nothing about who is signed in.
      else if (!(error instanceof Unreachable || error instanceof Refusal)) throw error;
    }
  };
  if (navigator.locks) await navigator.locks.request("milequest.session", exchange);
  else await exchange();
}

function renewOnce(): Promise<void> {
  renewing ??= renew().finally(() => { renewing = null; });
  return renewing;
}

export const session = {
  /** Who is signed in, as far as is known: without a connection, who was. */
  get personId(): string | null { return known; },

  /** Finds out whether somebody is signed in. */
  async begin(): Promise<void> {
    if (known) await renewOnce();
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

  /** The account is gone, and its sessions with it. */
  async ended(): Promise<void> {
    become(null);
    // Takes the cookie away; without a connection it opens nothing any more either.
    await accounts.logout().catch(() => undefined);
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
  current = null;
  await renewOnce();
};

function held(): HeldToken | null {
  if (known && !current) throw new Unreachable("the session could not be renewed");
  return current;
}

useTokens({
  async token() {
    if (known && (!current || expiresSoon(current))) await renewOnce();
    return held();
  },
  async renew(refused) {
    if (current?.accessToken === refused.accessToken) await renewOnce();
    return current?.accessToken === refused.accessToken ? null : held();
  },
});
