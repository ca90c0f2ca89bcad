// The designer of one draft: the map, its parts, and the steps that lead from one state to the next.

import type { Preview } from "../api/design";
import { isPassing, messageOf } from "../api/problem";
import type { Place } from "../api/types";
import { element, named, replace } from "../dom/element";
import { Mistake } from "../dom/form";
import { Draft, done, redone, State, undone } from "./draft";
import { EditForms, Steps } from "./edits";
import { FilePart } from "./file-part";
import { Findings } from "./findings";
import { Gaps } from "./gaps";
import { heights } from "./heights";
import { Looking, OnStep, View } from "./look";
import type { DesignerMap } from "./map";
import { outline } from "./outline";
import { Pass, passesNear } from "./passes";
import { PlacePart } from "./place";
import { Save } from "./save";
import { drafts, NotKept, ownDraft } from "./store";
import { Waypoints } from "./waypoints";
import type { Part, Workbench } from "./workbench";

export class Designer implements Workbench {
  readonly root: HTMLElement;
  readonly looking: Looking;
  view: View | null = null;
  /** The state that the page shows. */
  private shown: State | null = null;
  private before: Preview | null = null;
  private turn: Promise<unknown> = Promise.resolve();
  private cancel: AbortController | null = null;
  private map: DesignerMap | null = null;
  private noMap: string | null = null;
  private readonly isOwn: Promise<boolean>;

  private readonly mapBox = element("div", { class: "map", id: "map" });
  private readonly heightBox = element("div", { class: "heights" });
  private readonly undoButton = element("button", { onclick: () => void this.undo() }, "Undo");
  private readonly redoButton = element("button", { onclick: () => void this.redo() }, "Redo");
  private readonly beforeBox = element("input", { type: "checkbox", id: "show-before", onchange: () => this.drawMap() });
  private readonly kept = element("span", { class: "hint", role: "status" });
  private readonly fault = element("p", { class: "fault", role: "alert" });
  private readonly bar = element("progress", { max: 1, "aria-label": "Progress" });
  private readonly step = element("span", { role: "status" });
  private readonly busy = element("div", { class: "busy", hidden: true }, this.step, this.bar,
    element("button", { onclick: () => this.cancel?.abort() }, "Cancel"));
  private readonly findings = new Findings(this);
  private readonly gaps = new Gaps(this);
  private readonly place = new PlacePart(this, (pass) => this.chosen(pass));
  private readonly parts: Part[] = [
    new FilePart(this), this.findings, this.gaps, new Waypoints(this), new EditForms(this), new Steps(this),
    new Save(this),
  ];

  /** - Parameter isKept: whether this device keeps the draft. */
  constructor(
    public draft: Draft, private readonly file: Blob, private readonly isKept: boolean, readonly signal: AbortSignal,
  ) {
    this.looking = new Looking(file);
    this.isOwn = ownDraft(draft.id, signal);
    this.beforeBox.checked = true;
    this.root = element("article", { class: "designer" },
      element("header", {},
        element("h1", {}, "Route designer"),
        element("p", {}, named(draft.fileName), " · ", this.kept),
        element("div", { class: "acts" }, this.undoButton, this.redoButton,
          element("span", { class: "field check" }, this.beforeBox,
            element("label", { for: "show-before" }, "Show the line before the last step")),
          element("a", { href: "/designer" }, "Other files")),
        this.busy, this.fault),
      element("div", { class: "sight" }, this.mapBox, this.heightBox, this.place.root),
      element("div", { class: "side" }, this.parts.map((part) => part.root)));
  }

  async begin(): Promise<void> {
    this.listen();
    if (this.isKept) void this.isOwn.then((isOwn) => this.tellKept(isOwn));
    else void this.write(this.draft);
    this.drawSteps();
    await this.attempt(() => this.lookAt(this.draft.present));
  }

  private listen(): void {
    document.addEventListener("milequest.units", (event) => {
      event.preventDefault();
      if (this.view) this.draw();
    }, { signal: this.signal });
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
      // What is being typed has an undo of its own.
      if ((event.target as Element).matches("textarea, input:not([type=range], [type=checkbox], [type=radio])")) return;
      event.preventDefault();
      void (event.shiftKey ? this.redo() : this.undo());
    }, { signal: this.signal });
  }

  // Steps.

  change(make: (state: State) => State): Promise<void> {
    return this.inTurn(() => this.moveTo(done(this.draft, make(this.draft.present))));
  }

  changeShown(make: (state: State) => State): Promise<void> {
    const { shown } = this;
    return this.inTurn(async () => {
      if (this.draft.present === shown) await this.moveTo(done(this.draft, make(shown)));
    });
  }

  keep(make: (draft: Draft) => Draft): Promise<void> {
    return this.inTurn(async () => {
      await this.write(make(this.draft));
      this.draw();
    });
  }

  private undo(): Promise<void> {
    return this.attempt(() => this.inTurn(() => this.moveTo(undone(this.draft))));
  }

  private redo(): Promise<void> {
    return this.attempt(() => this.inTurn(() => this.moveTo(redone(this.draft))));
  }

  /** The draft moves once there is something to show: what is stored is always what is shown. */
  private async moveTo(to: Draft): Promise<void> {
    if (to === this.draft) return;
    const before = this.view?.preview ?? null;
    this.view = await this.working((signal, onStep) => this.looking.look(to.present, signal, onStep));
    this.before = before;
    await this.write(to);
    this.draw();
  }

  private async lookAt(state: State): Promise<void> {
    this.view = await this.working((signal, onStep) => this.looking.look(state, signal, onStep));
    this.draw();
  }

  /** Steps follow one another: each begins from what the one before it has left. */
  private inTurn(run: () => Promise<void>): Promise<void> {
    const result = this.turn.then(run);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private tellKept(isOwn: boolean): void {
    replace(this.kept, isOwn ? "Kept on this device"
      : "Not kept: this draft is open in another tab. Go on there, or close that tab and load this page again.");
  }

  /** "Kept" stands there only once the transaction has completed. */
  private async write(draft: Draft): Promise<void> {
    this.draft = draft;
    // What the other tab writes is not overwritten.
    if (!await this.isOwn) return this.tellKept(false);
    replace(this.kept, "Being kept …");
    try {
      this.draft = await drafts.keep(draft, this.isKept ? undefined : this.file);
      replace(this.kept, "Kept on this device");
    } catch (error) {
      if (!this.isKept) drafts.hold(this.draft, this.file);
      replace(this.kept, `Not kept. ${error instanceof NotKept ? error.message : "This browser keeps no drafts."}`);
    }
  }

  async attempt(run: () => Promise<void>): Promise<void> {
    replace(this.fault);
    try {
      await run();
    } catch (error) {
      if (this.signal.aborted) return;
      const isCancelled = error instanceof DOMException && error.name === "AbortError";
      const text = isCancelled ? "Cancelled." : error instanceof Mistake ? error.message : messageOf(error);
      const again = this.view === null ? () => this.lookAt(this.draft.present)
        : isCancelled || isPassing(error) ? run : null;
      replace(this.fault, text, " ", again ? element("button", {
        onclick: () => void this.attempt(again),
      }, "Try again") : null);
    }
  }

  async working<Result>(run: (signal: AbortSignal, onStep: OnStep) => Promise<Result>): Promise<Result> {
    const cancel = new AbortController();
    const leave = () => cancel.abort();
    this.signal.addEventListener("abort", leave);
    this.cancel = cancel;
    // What is done at once needs no bar.
    const timer = setTimeout(() => { this.busy.hidden = false; }, 250);
    const onStep: OnStep = (what, share) => {
      replace(this.step, `${what} …`);
      if (share === null) this.bar.removeAttribute("value");
      else this.bar.value = share;
    };
    onStep("The service looks at the file", null);
    this.root.setAttribute("aria-busy", "true");
    try {
      return await run(cancel.signal, onStep);
    } finally {
      clearTimeout(timer);
      this.busy.hidden = true;
      this.root.removeAttribute("aria-busy");
      this.signal.removeEventListener("abort", leave);
    }
  }

  // What is shown.

  private draw(): void {
    this.shown = this.draft.present;
    const part = this.parts.find((each) => each.root.contains(document.activeElement));
    this.drawSteps();
    for (const each of this.parts) each.draw();
    this.place.draw();
    this.drawMap();
    // A control that went with the step leaves its part to the keyboard.
    if (part && (document.activeElement === null || document.activeElement === document.body)) {
      part.root.querySelector<HTMLElement>("summary")?.focus();
    }
  }

  private drawSteps(): void {
    const { past, present, future } = this.draft;
    const name = (button: HTMLButtonElement, text: string, what: string | undefined) => {
      button.disabled = what === undefined;
      button.title = what === undefined ? "" : `${text}: ${what}`;
    };
    name(this.undoButton, "Undo", past.length > 0 ? present.what : undefined);
    name(this.redoButton, "Redo", future[0]?.what);
  }

  private drawMap(): void {
    const { view } = this;
    if (!view) return;
    const before = this.beforeBox.checked ? this.before : null;
    if (this.noMap !== null) replace(this.mapBox, outline(view, before, this.noMap));
    else if (this.map) this.map.show(view, before);
    else if (view.preview) void this.beginMap(view.preview);
    else replace(this.mapBox, element("p", { class: "hint" }, "The file has no line that can be drawn yet."));
  }

  private async beginMap(preview: Preview): Promise<void> {
    const { DesignerMap } = await import("./map");
    if (this.map || this.signal.aborted) return;
    replace(this.mapBox);
    const map = new DesignerMap(this.mapBox, this.signal, {
      onPlace: (place, reach) => this.place.point(place, reach),
      onHover: (place, reach) => this.hover(place, reach),
      onFinding: (index) => this.findings.show(index),
      onGap: (number) => this.gaps.show(number),
      onLost: () => this.useOutline("The map was lost. Load the page again to draw it anew."),
    });
    this.map = map;
    try {
      const why = await map.begin(preview);
      if (why !== null) this.useOutline(why);
    } catch {
      this.useOutline("The map could not be loaded. Here is an outline.");
    }
    this.drawMap();
  }

  private useOutline(why: string): void {
    this.map = null;
    this.noMap = why;
    this.mapBox.classList.add("picture");
    this.mapBox.dataset["drawn"] = "picture";
    this.drawMap();
  }

  fly(place: Place): void {
    this.map?.fly(place);
  }

  choose(distanceMeters: number): void {
    this.place.choose(distanceMeters);
  }

  private hover(place: Place, reachMeters: number): void {
    const passes = passesNear(this.view?.preview?.line ?? [], place, reachMeters);
    const [nearest] = passes.sort((a, b) => a.offsetMeters - b.offsetMeters);
    if (nearest) this.drawHeights(nearest.distanceMeters);
  }

  private chosen(pass: Pass): void {
    this.map?.setDot(pass.coordinate);
    this.drawHeights(pass.distanceMeters);
  }

  private drawHeights(distanceMeters: number): void {
    const preview = this.view?.preview;
    replace(this.heightBox, preview
      ? heights(preview, distanceMeters, (meters) => this.place.choose(meters)) : null);
  }
}
