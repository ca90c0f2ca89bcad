// What a designer has decided: the file, and step by step what is made of it.

import type { Edit } from "../api/design";
import { policies } from "../quest/joins";

/** All that was decided so far. A state never changes; the next one comes after it. */
export interface State {
  /** What led here, for people. */
  what: string;
  /** Of the file: only this track, and how it is read where its bytes do not show it. */
  track: string | null;
  format: string | null;
  /** What is repaired in the file, in this order: all findings of a code, or one of them, such as `spike@12:5`. */
  repairs: string[];
  /** What the repairs do, by their codes, for people. */
  titles?: Record<string, string>;
  /** The list that `:edit` takes, made after the repairs. */
  edits: Edit[];
}

export interface Base {
  routeId: string;
  version: number;
  name: string | null;
  /** What was made of the file when the version was stored here; without it, the version is the file. */
  content?: string;
}

export interface Draft {
  id: string;
  fileName: string;
  past: State[];
  present: State;
  future: State[];
  /** The version of a stored route that the edits began from. */
  base: Base | null;
  /** What the plan of the route has to say. */
  notes: string[];
  changedAt: string;
  /** Rises with each write, so that two tabs do not overwrite each other. */
  revision: number;
}

/** So many steps can be undone. */
const mostSteps = 200;

export function begun(id: string, fileName: string, base: Base | null, notes: string[] = []): Draft {
  return {
    id, fileName, base, notes, past: [], future: [], changedAt: new Date().toISOString(), revision: 0,
    present: { what: `Opened ${fileName}`, track: null, format: null, repairs: [], edits: [] },
  };
}

export function done(draft: Draft, next: State): Draft {
  return {
    ...draft, past: [...draft.past, draft.present].slice(-mostSteps), present: next, future: [],
  };
}

export function undone(draft: Draft): Draft {
  const before = draft.past[draft.past.length - 1];
  if (!before) return draft;
  return {
    ...draft, past: draft.past.slice(0, -1), present: before, future: [draft.present, ...draft.future],
  };
}

export function redone(draft: Draft): Draft {
  const [next, ...future] = draft.future;
  if (!next) return draft;
  return { ...draft, past: [...draft.past, draft.present], present: next, future };
}

/** What a state makes of the file. */
export function contentOf({ track, format, repairs, edits }: State): string {
  return JSON.stringify([track, format, repairs, edits]);
}

/** Whether the version that the draft began from, or was stored as, is all that was decided. */
export function isStored({ base, present }: Draft): boolean {
  if (!base) return false;
  return base.content === undefined ? present.repairs.length + present.edits.length === 0
    : base.content === contentOf(present);
}

/** Whether a repair is that of one finding, whose place is that of the file with the repairs before it. */
export function isSingle(repair: string): boolean { return repair.includes("@"); }

/** Edits that leave the numbers of waypoints, parts and gaps as they are. */
const steadyEdits = new Set([
  "name", "officialLength", "simplify", "maxVertices", "smoothElevation", "rename", "joins",
]);
/** Edits that leave each place of the line at its distance, near enough. */
const steadyDistances = new Set([
  "name", "simplify", "maxVertices", "smoothElevation", "rename", "waypoints", "dropWaypoint", "waypointsEvery",
  "laps", "thereAndBack", "splitAt",
]);
/** Repairs that do so too. */
const steadyLengths = /^(vertex-doubled|density-fine|elevation-\w+|waypoint-\w+)(@|$)/;
/** Repairs that leave the numbers as they are. */
const steadyRepairs = /^(spike|jump|vertex-doubled|density-fine|elevation-\w+)(@|$)/;

function isByNumber(edit: Edit): boolean {
  return typeof edit["join"] === "number" || typeof edit["part"] === "number"
    || typeof edit["waypoint"] === "string" && edit["waypoint"].startsWith("#");
}

/** Whether an edit names places by their distance. */
function isByDistance(edit: Edit): boolean {
  const names = (value: unknown) => typeof value === "string";
  return edit.edit === "cut" && (names(edit["from"]) || names(edit["to"]))
    || edit.edit === "splitAt"
    || edit.edit === "waypoints" && Array.isArray(edit["waypoints"])
      && edit["waypoints"].some((each: { distance?: unknown }) => names(each.distance));
}

/** Whether an edit is about a waypoint by a name that another one has given. */
function isByName(edit: Edit, name: unknown): boolean {
  return edit.edit === "waypoints" && Array.isArray(edit["waypoints"])
    && edit["waypoints"].some((each: { name?: unknown }) => each.name === name);
}

/** What is different for later edits once something before them is gone. */
interface Shift {
  /** Waypoints, parts and gaps have other numbers. */
  numbers: boolean;
  /** Places have other distances. */
  distances: boolean;
  /** Waypoints that had these names have others. */
  names: unknown[];
}

/** The edits from a place on that go, because they would be about something else once what is before them is gone. */
function adrift(edits: Edit[], from: number, shift: Shift): number[] {
  const gone: number[] = [];
  edits.slice(from).forEach((edit, index) => {
    const hasLost = shift.numbers && isByNumber(edit) || shift.distances && isByDistance(edit)
      || shift.names.some((name) => isByName(edit, name));
    if (!hasLost) return;
    gone.push(from + index);
    shift.numbers ||= !steadyEdits.has(edit.edit);
    shift.distances ||= !steadyDistances.has(edit.edit);
    if (edit.edit === "rename") shift.names.push(edit["name"]);
  });
  return gone;
}

/** The later edits that have to be taken back with one: they name things by what it has made of them. */
export function withEditGone(edits: Edit[], index: number): number[] {
  const edit = edits[index];
  if (!edit) return [];
  return adrift(edits, index + 1, {
    numbers: !steadyEdits.has(edit.edit), distances: !steadyDistances.has(edit.edit),
    names: edit.edit === "rename" ? [edit["name"]] : [],
  });
}

/** The edits that have to be taken back where a repair is made or taken back, since repairs come before them. */
export function withRepairChanged(edits: Edit[], repair: string): number[] {
  return adrift(edits, 0, {
    numbers: !steadyRepairs.test(repair), distances: !steadyLengths.test(repair), names: [],
  });
}

/** A list without what stands at some places. */
export function without<Entry>(list: Entry[], places: number[]): Entry[] {
  return list.filter((_, place) => !places.includes(place));
}

/**
 * The repairs that are made at once, one group after the other: single ones are on their own, and a code that comes
 * again is about what the repairs before have left.
 */
export function groups(repairs: string[]): string[][] {
  const found: string[][] = [];
  for (const repair of repairs) {
    const last = found[found.length - 1];
    if (last?.[0] !== undefined && ![repair, last[0]].some(isSingle) && !last.includes(repair)) last.push(repair);
    else found.push([repair]);
  }
  return found;
}

/** The state after one more edit. */
export function withEdit(state: State, what: string, ...edits: Edit[]): State {
  return { ...state, what, edits: [...state.edits, ...edits] };
}

/** The state after a gap was decided on: the last decision about one gap stands alone. */
export function withJoin(state: State, number: number, policy: string): State {
  const last = state.edits[state.edits.length - 1];
  const isSame = last?.edit === "joins" && last["join"] === number;
  return {
    ...state, what: `Gap ${number}: ${policies.find(([value]) => value === policy)?.[1].split(":")[0] ?? policy}`,
    edits: [...(isSame ? state.edits.slice(0, -1) : state.edits), { edit: "joins", policy, join: number }],
  };
}
