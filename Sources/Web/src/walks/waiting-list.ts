import { sentence } from "../api/problem";
import { element, replace } from "../dom/element";
import { form } from "../dom/form";
import { StorageRefused, WaitingWalk } from "../offline/database";
import { isKept } from "../offline/keeping";
import { queue } from "../offline/queue";
import { sendingState } from "../offline/sender";
import { later } from "../shell/later";
import { moment } from "../units";
import { walkCount } from "./counts";
import { newId } from "./ids";
import { byPointer, stated, walkFields } from "./walk-form";

const reasons = {
  "offline": "There is no connection. They are sent as soon as there is one.",
  "unreachable": "The service cannot be reached. It is tried again, less and less often.",
  "signed-out": "Your sign-in has run out. Sign in again, and they are sent.",
};

/** The walks that the service has not taken yet, and what a person can do about them. */
export class WaitingList {
  readonly root = element("section", { "aria-label": "Not sent yet", class: "panel waiting", hidden: true });
  /** The walk that is being changed: nothing that happens meanwhile takes the form away. */
  private edited: string | null = null;
  private file: string | null = null;
  /** Those that are about to be discarded. */
  private readonly leaving = new Set<string>();

  constructor(private readonly personId: string, private readonly signal: AbortSignal) {
    queue.watch((news) => { if (news.what !== "sent") void this.draw(); }, signal);
    signal.addEventListener("abort", () => this.forgetFile());
    void this.draw();
  }

  private forgetFile(): void {
    if (this.file) URL.revokeObjectURL(this.file);
    this.file = null;
  }

  private async draw(): Promise<void> {
    if (this.edited) return;
    let all: WaitingWalk[];
    try {
      all = (await queue.all()).filter((walk) => !this.leaving.has(walk.id));
    } catch (error) {
      if (!(error instanceof StorageRefused)) throw error;
      this.root.hidden = false;
      replace(this.root, element("p", {}, error.isFull
        ? "This device has no room left: a walk is only logged while there is a connection. Free some room."
        : "This browser keeps nothing for this site: a walk is only logged while there is a connection."));
      return;
    }
    const isSafe = await isKept();
    const mine = all.filter((walk) => walk.personId === this.personId);
    const waiting = mine.filter((walk) => walk.rejection === null);
    const others = all.length - mine.length;
    this.root.hidden = all.length === 0;
    this.forgetFile();
    replace(this.root,
      element("h2", {}, mine.length === 0 ? "Not sent yet" : `Not sent yet: ${mine.length}`),
      waiting.length > 0 ? this.state(waiting, isSafe) : null,
      element("ul", { class: "walks" }, mine.map((walk) => this.row(walk))),
      mine.length > 0 ? this.actions(mine, waiting.length > 0) : null,
      others > 0 ? element("p", { class: "hint" },
        `${walkCount(others)} of another account on this device: sent when that account signs in here.`) : null);
  }

  private state(waiting: WaitingWalk[], isSafe: boolean): Node {
    const { isSending, hindrance } = sendingState();
    return element("div", {},
      element("p", { class: "state" }, isSending ? `Sending ${walkCount(waiting.length)}…`
        : hindrance ? reasons[hindrance] : "They are on their way."),
      isSafe || !hindrance ? null : element("p", { class: "hint" },
        "The browser may erase what it keeps for this site when the device runs out of room: "
        + "save the walks as a file if it takes long."));
  }

  private actions(mine: WaitingWalk[], canSend: boolean): Node {
    const content = JSON.stringify({ activities: mine.map((walk) => walk.draft) }, null, 1);
    this.file = URL.createObjectURL(new Blob([content], { type: "application/json" }));
    return element("p", { class: "actions" },
      canSend ? element("button", { type: "button", onclick: () => queue.send() }, "Send now") : null,
      element("a", { href: this.file, download: "walks.json" }, "Save as a file"));
  }

  private row(walk: WaitingWalk): HTMLElement {
    const { draft, rejection } = walk;
    const what = `${draft.distance} on ${moment(draft.startedAt)}`;
    const button = (text: string, action: () => unknown) => element("button", {
      type: "button", class: "plain", "aria-label": `${text}: ${what}`, onclick: action,
    }, text);
    const row: HTMLElement = element("li", {},
      element("div", { class: "walk" },
        element("div", {},
          element("strong", {}, draft.distance), " ",
          element("time", { datetime: draft.startedAt }, moment(draft.startedAt)),
          element("span", { class: "tag" }, rejection ? "not taken" : "waiting"),
          draft.note ? element("p", { class: "hint" }, draft.note) : null,
          rejection ? element("p", { class: "fault" }, reason(walk)) : null),
        rejection ? element("div", { class: "actions" },
          button("Change", () => this.edit(walk, row)),
          button("Send again", async () => {
            await queue.change([{ ...walk, rejection: null }]);
            queue.send();
          }),
          button("Discard", () => this.discard(walk, what))) : null));
    return row;
  }

  private discard(walk: WaitingWalk, what: string): void {
    this.leaving.add(walk.id);
    void this.draw();
    later(`Discarded: ${what}`, {
      signal: this.signal,
      undo: () => {
        this.leaving.delete(walk.id);
        void this.draw();
      },
      // Another tab may have sent it or changed it meanwhile: only one that is still refused goes.
      act: async () => {
        const isThere = (await queue.known()).some((each) => each.id === walk.id && each.rejection !== null);
        if (isThere) await queue.change([], [walk.id]);
        this.leaving.delete(walk.id);
      },
    });
  }

  private edit(walk: WaitingWalk, row: HTMLElement): void {
    this.edited = walk.id;
    const { draft } = walk;
    const fields = walkFields({
      distance: draft.distance, startedAt: draft.startedAt, note: draft.note, private: draft.private,
      durationSeconds: draft.durationSeconds ?? null,
    });
    const end = () => { this.edited = null; void this.draw(); };
    replace(row, form("Change the walk", {
      submit: "Save and send", fields: byPointer(fields),
      action: async () => {
        // It was refused as it was: changed, it is another walk.
        const id = newId();
        await queue.change(
          [{ ...walk, id, draft: { ...stated(fields), id }, rejection: null }], [walk.id]);
        queue.send();
        end();
      },
      after: [element("button", { type: "button", class: "plain", onclick: end }, "Cancel")],
    }));
    for (const fault of walk.rejection?.faults ?? []) {
      byPointer(fields)[fault.pointer ?? ""]?.complain(sentence(fault.detail));
    }
    fields.distance.control.focus();
  }
}

/** Why the service does not take a walk. */
export function reason(walk: WaitingWalk): string {
  const { detail = "", faults = [] } = walk.rejection ?? {};
  return sentence(faults.length > 0 ? faults.map((fault) => fault.detail).join("; ") : detail);
}
