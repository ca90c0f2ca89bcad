import { WalkDraft, walks } from "../api/api";
import type { Walk, WalkResult } from "../api/types";
import { serviceClock } from "../clock";
import { element, named, replace } from "../dom/element";
import { form } from "../dom/form";
import { StorageRefused } from "../offline/database";
import { askToKeep } from "../offline/keeping";
import { News, queue } from "../offline/queue";
import { sendingState } from "../offline/sender";
import { title } from "../quest/milestones";
import { length, number } from "../units";
import { doubtOf } from "./doubts";
import { newId } from "./ids";
import { reason } from "./waiting-list";
import { byPointer, localTime, stated, walkFields } from "./walk-form";

/** The form that logs a walk: it is kept on the device first, and then sent. */
export function logForm(
  personId: string, known: () => Walk[], onLogged: () => void, signal: AbortSignal,
): Node {
  const answer = element("div", { role: "status", class: "answer" });
  const fields = walkFields({});
  let shownTime = "";
  const showNow = () => { shownTime = fields.when.control.value = localTime(new Date(serviceClock.now())); };
  showNow();
  keepNow(fields.when.control, () => { if (fields.when.control.value === shownTime) showNow(); }, signal);
  /** The last walk of this form, until something is known about it. */
  let last: string | null = null;
  // The same walk until it is safe, so that a second try never counts it twice.
  let draft: { key: string; walk: WalkDraft } | null = null;

  /** The walk that the person wants to log, odd as it is. */
  let sure: string | null = null;
  let answered: string | null = null;
  let refused: string | null = null;
  const isAnswered = (id: string) => answered === id || refused === id;
  /** Says so where the service has not taken the last walk. */
  const lookAtLast = async () => {
    const id = last;
    if (id === null || answered === id) return;
    const walk = (await queue.known()).find((each) => each.id === id);
    if (id !== last || answered === id) return;
    if (walk?.rejection) {
      refused = id;
      replace(answer, element("p", { class: "fault" }, element("strong", {}, "Not taken. "), reason(walk),
        " You can change it or discard it under “Not sent yet”."));
    } else if (refused === id) {
      // It was changed or discarded, or it goes once more.
      refused = null;
      replace(answer);
    }
  };

  const made: HTMLFormElement = form("Log a walk", {
    submit: "Log the walk", fields: byPointer(fields),
    async action() {
      const content = stated(fields);
      const isNow = fields.when.control.value === shownTime;
      const key = JSON.stringify([content, isNow]);
      const startedAt = isNow ? new Date(serviceClock.now()).toISOString() : content.startedAt;
      const doubt = sure === key || draft?.key === key ? null : doubtOf({ ...content, startedAt }, known());
      if (doubt) {
        last = null;
        const yes = element("button", {
          type: "button", onclick: () => { sure = key; made.requestSubmit(); },
        }, "Log it all the same");
        replace(answer, element("div", { class: "notice" }, element("p", {}, `${doubt} Is that right?`), yes));
        yes.focus();
        return;
      }
      if (draft?.key !== key) {
        draft = { key, walk: { ...content, startedAt, id: newId() } };
      }
      last = draft.walk.id;
      const said = await keep(draft.walk, personId);
      // What became of it may have come first.
      if (!isAnswered(draft.walk.id)) replace(answer, said);
      draft = null;
      sure = null;
      fields.duration.control.value = "";
      fields.distance.control.value = "";
      fields.note.control.value = "";
      showNow();
      onLogged();
      fields.distance.control.focus();
    },
  });

  queue.watch((news: News) => {
    if (news.what === "sent") {
      answered = news.id;
      if (news.id === last && news.result) replace(answer, told(news.result));
      onLogged();
    } else if (news.what === "changed") {
      void lookAtLast();
    } else if (news.what === "state" && news.state.hindrance && !news.state.isSending && last) {
      void askToKeep();
    }
  }, signal);
  return element("div", {}, clockHint(), made, answer);
}

/** Keeps what means "now" at this minute, except while somebody is in the field. */
function keepNow(control: HTMLElement, refresh: () => void, signal: AbortSignal): void {
  const timer = setInterval(() => { if (document.activeElement !== control) refresh(); }, 5000);
  signal.addEventListener("abort", () => clearInterval(timer));
  control.addEventListener("focus", refresh);
  window.addEventListener("focus", refresh, { signal });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); }, { signal });
}

/** Says so where the device's clock is wrong: a walk of now takes the service's time then. */
function clockHint(): Node | null {
  const ahead = serviceClock.aheadMilliseconds;
  if (ahead === 0) return null;
  const minutes = number(Math.round(Math.abs(ahead) / 60_000));
  return element("p", { class: "notice" },
    `This device's clock is ${minutes} minutes ${ahead > 0 ? "ahead" : "behind"}. `
    + "A walk that you log as of now takes the right time; look at the time of any other.");
}

/** What to say of a walk once it is safe. */
async function keep(walk: WalkDraft, personId: string): Promise<Node> {
  try {
    await queue.add(walk, personId);
  } catch (error) {
    if (!(error instanceof StorageRefused)) throw error;
    // Nothing keeps it, so it goes at once or not at all: the form still has it then.
    return told(await walks.log(walk));
  }
  const isHindered = !navigator.onLine || sendingState().hindrance !== null;
  if (isHindered) void askToKeep();
  return element("div", { class: "notice good" }, element("strong", {}, "Saved on this device. "),
    isHindered ? "It is sent when there is a connection." : "It is on its way.");
}

/** What a walk has done. */
export function told(result: WalkResult): Node {
  const counted = result.teams.filter((team) => !team.gone);
  const reached = counted.flatMap((team) => team.reached ?? []);
  return element("div", { class: "notice good" },
    element("strong", {}, "Logged."),
    counted.map((team) => element("p", {}, `Your team is at ${length(team.totalMeters ?? 0)}. `,
      team.questId ? element("a", { href: `/quests/${team.questId}` }, "See it on the map") : null)),
    reached.length > 0 ? element("p", {}, "Reached: ",
      reached.map((each, index) => [index > 0 ? ", " : "", named(title(each))])) : null,
    counted.length === 0
      ? element("p", {}, result.uncounted[0] ? `It does not count for a quest: ${result.uncounted[0].text}.` : "")
      : null);
}
