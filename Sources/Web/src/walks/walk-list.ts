import { walks } from "../api/api";
import { messageOf, Unreachable } from "../api/problem";
import type { Page, Walk } from "../api/types";
import { element, replace } from "../dom/element";
import { form } from "../dom/form";
import { later } from "../shell/later";
import { notify } from "../shell/notices";
import { length, moment, plainDuration, plainLength } from "../units";
import { byPointer, stated, walkFields } from "./walk-form";

/** A deletion that has failed can be tried again for so long. */
const failureSeconds = 120;

/** A person's walks, each with what can be done to it. */
export class WalkList {
  readonly root = element("div", {});
  private readonly list = element("ul", { class: "walks" });
  private readonly more = element("button", { type: "button", onclick: () => void this.next() }, "Show more");
  private items: Walk[];
  /** The walk that is being edited, with its form: nothing that happens meanwhile takes it away. */
  private edited: { id: string; row: HTMLElement } | null = null;
  private nextPage: string | null;
  /** Those that are about to be deleted. */
  private readonly leaving = new Set<string>();

  constructor(first: Page<Walk>, private readonly signal: AbortSignal) {
    this.items = first.items;
    this.nextPage = first.next;
    this.root.append(this.list, this.more);
    this.draw();
  }

  /** Those that were read so far. */
  get known(): Walk[] { return this.items.filter((walk) => !this.leaving.has(walk.id)); }

  /** Whether the walks could be read. */
  async reload(): Promise<boolean> {
    try {
      const page = await walks.list(null, this.signal);
      this.items = page.items;
      this.nextPage = page.next;
      this.draw();
      return true;
    } catch (error) {
      // A walk that waits says so itself.
      if (!this.signal.aborted && !(error instanceof Unreachable)) notify(messageOf(error));
      return false;
    }
  }

  private async next(): Promise<void> {
    try {
      const page = await walks.list(this.nextPage, this.signal);
      this.items.push(...page.items);
      this.nextPage = page.next;
      this.draw();
    } catch (error) {
      if (!this.signal.aborted) notify(messageOf(error));
    }
  }

  private draw(): void {
    const shown = this.items.filter((walk) => !this.leaving.has(walk.id));
    const { edited } = this;
    const focused = edited?.row.contains(document.activeElement) ? document.activeElement as HTMLElement : null;
    replace(this.list, shown.length === 0
      ? element("li", { class: "hint" }, "You have logged no walks yet.")
      : shown.map((walk) => (walk.id === edited?.id ? edited.row : this.row(walk))));
    focused?.focus({ preventScroll: true });
    this.more.hidden = this.nextPage === null;
  }

  private row(walk: Walk): HTMLElement {
    const what = `${length(walk.distanceMeters)} on ${moment(walk.startedAt)}`;
    const row: HTMLElement = element("li", {},
      element("div", { class: "walk" },
        element("div", {},
          element("strong", {}, length(walk.distanceMeters)), " ",
          element("time", { datetime: walk.startedAt }, moment(walk.startedAt)),
          walk.durationSeconds ? ` · ${plainDuration(walk.durationSeconds)} h` : null,
          walk.private ? element("span", { class: "tag" }, "private") : null,
          walk.note ? element("p", { class: "hint" }, walk.note) : null),
        element("div", { class: "actions" },
          element("button", {
            type: "button", class: "plain", "aria-label": `Edit ${what}`, "data-opens": walk.id,
            onclick: () => {
              this.edited = null;
              this.draw();
              this.edited = { id: walk.id, row };
              this.list.querySelector(`[data-opens="${walk.id}"]`)?.closest("li")?.replaceWith(row);
              replace(row, this.editor(walk));
            },
          }, "Edit"),
          element("button", {
            type: "button", class: "plain", "aria-label": `Delete ${what}`,
            onclick: () => this.remove(walk, what),
          }, "Delete"))));
    return row;
  }

  private editor(walk: Walk): Node {
    const fields = walkFields({
      distance: plainLength(walk.distanceMeters), startedAt: walk.startedAt, note: walk.note,
      durationSeconds: walk.durationSeconds,
      private: walk.private,
    });
    const before = {
      distance: fields.distance.control.value, when: fields.when.control.value, duration: fields.duration.control.value,
    };
    const editor = form("Edit the walk", {
      submit: "Save", fields: byPointer(fields),
      action: async () => {
        const { distance, startedAt, durationSeconds, note, private: isPrivate } = stated(fields);
        // What was not touched stays to the micrometre and the second.
        await walks.edit(walk.id, walk.revision, {
          note, private: isPrivate,
          ...(fields.distance.control.value === before.distance ? {} : { distance }),
          ...(fields.when.control.value === before.when ? {} : { startedAt }),
          ...(fields.duration.control.value === before.duration ? {} : { durationSeconds }),
        });
        this.edited = null;
        if (!await this.reload()) this.draw();
      },
      after: [element("button", {
        type: "button", class: "plain", onclick: () => { this.edited = null; this.draw(); },
      }, "Cancel")],
    });
    editor.dataset["openedBy"] = walk.id;
    setTimeout(() => fields.distance.control.focus());
    return editor;
  }

  private remove(walk: Walk, what: string): void {
    this.leaving.add(walk.id);
    this.draw();
    later(`Deleted: ${what}`, {
      signal: this.signal,
      undo: () => {
        this.leaving.delete(walk.id);
        this.draw();
      },
      act: () => {
        this.leaving.delete(walk.id);
        this.items = this.items.filter((each) => each.id !== walk.id);
        this.send(walk, what);
      },
    });
  }

  /** Deletes a walk. What fails is said, also on the page that the reader has gone to. */
  private send(walk: Walk, what: string): void {
    walks.remove(walk.id).catch((error) => {
      if (!this.signal.aborted) {
        this.items = [walk, ...this.items.filter((each) => each.id !== walk.id)];
        this.draw();
      }
      notify(`Not deleted: ${what}. ${messageOf(error)}`, {
        action: "Delete it now", seconds: failureSeconds,
        onAction: () => {
          this.items = this.items.filter((each) => each.id !== walk.id);
          if (!this.signal.aborted) this.draw();
          this.send(walk, what);
        },
      });
    });
  }
}
