import type { Place } from "../api/types";
import { element } from "../dom/element";
import type { Draft, State } from "./draft";
import type { Looking, OnStep, View } from "./look";

/** What the parts of the designer share: what is being made, and how to change it. */
export interface Workbench {
  readonly draft: Draft;
  /** What is shown; null until the service has looked at the file. */
  readonly view: View | null;
  readonly looking: Looking;
  readonly signal: AbortSignal;
  /** Goes to another state, once the service has made it. Throws what it refuses. */
  change(make: (state: State) => State): Promise<void>;
  /** The same for what depends on the state that is shown; nothing happens where another step came first. */
  changeShown(make: (state: State) => State): Promise<void>;
  /** Keeps a change of the draft that is not a step. */
  keep(make: (draft: Draft) => Draft): Promise<void>;
  /** Runs something with progress and cancel; what goes wrong is shown. */
  attempt(run: () => Promise<void>): Promise<void>;
  /** Does something that takes a while, and shows how far it is. */
  working<Result>(run: (signal: AbortSignal, onStep: OnStep) => Promise<Result>): Promise<Result>;
  fly(place: Place): void;
  /** Chooses the place at a distance of the route. */
  choose(distanceMeters: number): void;
}

/** A part of the page that is drawn anew after each step. */
export interface Part {
  root: HTMLElement;
  draw(): void;
}

/** A part that opens and closes. */
export function panel(title: string, isOpen: boolean, ...content: Node[]): HTMLDetailsElement {
  return element("details", { class: "panel", open: isOpen },
    element("summary", {}, element("h2", {}, title)), ...content);
}
