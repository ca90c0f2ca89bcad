// Sends the walks that wait when no tab does, as whoever the cookie says.

import { accounts } from "../api/api";
import { HeldToken, useTokens } from "../api/request";
import { senderLock, sendRound } from "../offline/sender";

let held: HeldToken | null = null;

useTokens({ token: async () => held, renew: async () => null });

/** Throws where walks still wait for a connection: the browser calls again then. */
export async function sendInBackground(): Promise<void> {
  const left = await navigator.locks.request(senderLock, { ifAvailable: true }, async (lock) => {
    // A tab that holds it sends by itself.
    if (!lock) return false;
    held = await navigator.locks.request("milequest.session", () => accounts.refresh());
    const round = await sendRound(() => held?.personId ?? null);
    return round.ended === "hindered" && round.hindrance !== "signed-out";
  });
  if (left) throw new Error("walks still wait");
}
