// Sends the walks that wait: one tab of a browser at a time, or the service worker where there is none.

import { walks } from "../api/api";
import { Refusal, Unreachable } from "../api/problem";
import type { BatchResult } from "../api/types";
import { WaitingWalk } from "./database";
import { queue, SendingState, tell } from "./queue";
import { longestWaitSeconds, waitSeconds } from "./waits";

export const senderLock = "milequest.sender";
/** Walks of one request; the service takes 1,000. */
const mostAtOnce = 100;

/** How a round has ended: nothing waits, or it is to be tried again. */
type Round = { ended: "empty" } | {
  ended: "hindered"; hindrance: NonNullable<SendingState["hindrance"]>; afterSeconds: number | null;
};

/** Sends all that waits for a person, as far as it goes. */
export async function sendRound(person: () => string | null): Promise<Round> {
  let size = mostAtOnce;
  for (;;) {
    const mine = person();
    const waiting = (await queue.known()).filter((walk) => walk.rejection === null);
    if (waiting.length === 0) return { ended: "empty" };
    const due = waiting.filter((walk) => walk.personId === mine).slice(0, size);
    if (mine === null) return { ended: "hindered", hindrance: "signed-out", afterSeconds: null };
    if (due.length === 0) return { ended: "empty" };
    let results: BatchResult[];
    try {
      results = await walks.batch(due.map((walk) => walk.draft), mine);
    } catch (error) {
      if (error instanceof Refusal && [400, 413, 422].includes(error.status)) {
        // One of them spoils the request; alone it is found.
        const refusal = error;
        if (due.length > 1) size = 1;
        else await queue.change(due.map((walk) => rejected(walk, refusal)));
        continue;
      }
      if (error instanceof Refusal && [401, 403].includes(error.status)) {
        return { ended: "hindered", hindrance: "signed-out", afterSeconds: null };
      }
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      return {
        ended: "hindered", hindrance: navigator.onLine ? "unreachable" : "offline",
        afterSeconds: error instanceof Refusal ? error.retryAfterSeconds : null,
      };
    }
    if (!await settle(due, results)) {
      return { ended: "hindered", hindrance: "unreachable", afterSeconds: null };
    }
  }
}

/** Takes note of the answers; false where some walks have to be sent again. */
async function settle(sent: WaitingWalk[], results: BatchResult[]): Promise<boolean> {
  const answers = new Map(results.map((each) => [each.id?.toLowerCase(), each]));
  const written: WaitingWalk[] = [];
  const taken: { id: string; result: BatchResult }[] = [];
  let isComplete = true;
  for (const walk of sent) {
    const answer = answers.get(walk.id);
    if (answer?.status === "created" || answer?.status === "repeated") {
      taken.push({ id: walk.id, result: answer });
    } else if (answer?.status === "rejected") {
      const { code, detail, errors } = answer.problem ?? { code: "", detail: "It was refused." };
      written.push({ ...walk, rejection: { code, detail, faults: errors ?? [] } });
    } else {
      isComplete = false;
    }
  }
  await queue.change(written, taken.map((each) => each.id));
  for (const { id, result } of taken) tell({ what: "sent", id, result: result.result ?? null });
  return isComplete;
}

function rejected(walk: WaitingWalk, error: Refusal): WaitingWalk {
  const faults = error.faults.map((fault) => ({
    ...fault, ...(fault.pointer ? { pointer: fault.pointer.replace(/^\/activities\/0/, "") } : {}),
  }));
  return { ...walk, rejection: { code: error.code, detail: error.detail, faults } };
}

let sending: SendingState = { isSending: false, hindrance: null };

/** How sending went the last time that this tab heard of it. */
export function sendingState(): SendingState { return sending; }

function report(state: SendingState): void {
  sending = state;
  tell({ what: "state", state });
}

/** Sends from now on, in whichever tab of the browser holds the lock. */
export function beginSending(person: () => string | null): void {
  const always = new AbortController().signal;
  queue.watch((news) => { if (news.what === "state") sending = news.state; }, always);
  if (navigator.locks) void navigator.locks.request(senderLock, () => goOn(person));
  else void goOn(person);
}

async function goOn(person: () => string | null): Promise<never> {
  let failures = 0;
  let wake = () => undefined as void;
  let isWished = false;
  const wish = () => { isWished = true; wake(); };
  queue.onWish(wish);
  window.addEventListener("online", wish);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) wish(); });
  for (;;) {
    // What somebody has asked for begins anew with short waits.
    if (isWished) failures = 0;
    isWished = false;
    let round: Round;
    try {
      if ((await queue.known()).some((walk) => walk.rejection === null)) {
        report({ isSending: true, hindrance: sending.hindrance });
      }
      round = await sendRound(person);
    } catch {
      // The database is away, or the program is at fault: the walks wait in either case.
      round = { ended: "hindered", hindrance: "unreachable", afterSeconds: null };
    }
    failures = round.ended === "empty" ? 0 : failures + 1;
    report({ isSending: false, hindrance: round.ended === "empty" ? null : round.hindrance });
    if (isWished) continue;
    const seconds = round.ended === "empty"
      ? longestWaitSeconds : waitSeconds(failures, round.afterSeconds, Math.random());
    await new Promise<void>((resume) => {
      const timer = setTimeout(resume, seconds * 1000);
      wake = () => { clearTimeout(timer); resume(); };
    });
  }
}
