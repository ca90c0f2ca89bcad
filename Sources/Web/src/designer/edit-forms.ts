// The edits that `:edit` knows and that a form makes, each with its fields.

import type { Edit } from "../api/design";
import { Mistake } from "../dom/form";
import { distanceFault, typedDistance, units } from "../units";

type Kind = "text" | "distance" | "small" | "distances" | "count" | "place" | "policy" | "side";

export interface EditField {
  name: string;
  label: string;
  kind: Kind;
  isOptional?: boolean;
  hint?: string;
}

export interface EditForm {
  edit: string;
  group: "Course" | "Line" | "Waypoints" | "Gaps";
  title: string;
  fields: EditField[];
  /** Members that it has in any case. */
  fixed?: Record<string, unknown>;
}

const smallHint = "Metres, if you write no unit.";

export const editForms: EditForm[] = [
  { edit: "name", group: "Course", title: "Name the route",
    fields: [{ name: "name", label: "Name", kind: "text" }] },
  { edit: "officialLength", group: "Course", title: "Set the official length",
    fields: [{ name: "length", label: "Official length", kind: "distance" }] },
  { edit: "laps", group: "Course", title: "Set laps", fields: [
    { name: "laps", label: "How many laps", kind: "count" },
    { name: "lapJoin", label: "From the end to the start", kind: "policy", isOptional: true }] },
  { edit: "thereAndBack", group: "Course", title: "Go there and back", fields: [],
    fixed: { value: true } },
  { edit: "thereAndBack", group: "Course", title: "Go one way", fields: [], fixed: { value: false } },
  { edit: "reverse", group: "Course", title: "Turn the route round", fields: [] },
  { edit: "cut", group: "Course", title: "Keep a stretch", fields: [
    { name: "from", label: "From", kind: "distance", isOptional: true, hint: "Empty for the start." },
    { name: "to", label: "To", kind: "distance", isOptional: true, hint: "Empty for the end." }] },
  { edit: "startAt", group: "Course", title: "Start a loop elsewhere", fields: [
    { name: "coordinate", label: "Latitude, longitude", kind: "place" }] },
  { edit: "splitAt", group: "Course", title: "Split into parts", fields: [
    { name: "distances", label: "At", kind: "distances", hint: "Several, with semicolons between." }] },
  { edit: "dropPart", group: "Course", title: "Take a part out", fields: [
    { name: "part", label: "Part number", kind: "count" }] },
  { edit: "joinEnds", group: "Gaps", title: "Join parts whose ends meet", fields: [
    { name: "within", label: "Ends within", kind: "small", isOptional: true, hint: smallHint }] },
  { edit: "joins", group: "Gaps", title: "Decide all gaps that are open", fields: [
    { name: "policy", label: "They are", kind: "policy" }] },
  { edit: "joins", group: "Gaps", title: "Decide gaps by their length", fields: [
    { name: "side", label: "Gaps", kind: "side" },
    { name: "length", label: "Length", kind: "distance" },
    { name: "policy", label: "They are", kind: "policy" }] },
  { edit: "simplify", group: "Line", title: "Thin the line out", fields: [
    { name: "tolerance", label: "Move it by at most", kind: "small", hint: smallHint }] },
  { edit: "maxVertices", group: "Line", title: "Limit the vertices", fields: [
    { name: "vertices", label: "At most", kind: "count" }] },
  { edit: "smoothElevation", group: "Line", title: "Smooth the heights", fields: [
    { name: "over", label: "Over", kind: "small", isOptional: true, hint: smallHint }] },
  { edit: "waypointsEvery", group: "Waypoints", title: "Put waypoints at equal distances", fields: [
    { name: "every", label: "Every", kind: "distance" },
    { name: "namePattern", label: "Names", kind: "text", isOptional: true,
      hint: "{n} stands for the number, {distance} for the distance." }] },
];

/** The edit of a form, from what is typed in its fields. */
export function editOf(form: EditForm, typed: (name: string) => string): Edit {
  const made: Edit = { edit: form.edit, ...form.fixed };
  for (const field of form.fields) {
    const text = typed(field.name).trim();
    if (text === "") {
      if (field.isOptional) continue;
      throw new Mistake(field.name, "This is needed.");
    }
    made[field.name] = valueOf(field, text);
  }
  if (form.edit === "cut" && made["from"] === undefined && made["to"] === undefined) {
    throw new Mistake("from", "Type where it begins, where it ends, or both.");
  }
  const side = made["side"];
  if (typeof side === "string") {
    made[side] = made["length"];
    delete made["side"];
    delete made["length"];
  }
  return made;
}

/** A distance with its unit; without one it has the reader's, or metres where it is small. */
export function distanceOf(text: string, isSmall = false): string | null {
  return typedDistance(withUnit(text, isSmall), units.chosen);
}

/** What is wrong with a text that is no distance. */
export function faultOf(text: string, isSmall: boolean, otherwise: string): string {
  return distanceFault(withUnit(text, isSmall), units.chosen, otherwise);
}

function withUnit(text: string, isSmall: boolean): string {
  return isSmall && !/[a-z]\s*$/i.test(text) ? `${text} m` : text;
}

export function placeOf(text: string): [number, number] | null {
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text);
  if (!match) return null;
  const [latitude, longitude] = [Number(match[1]), Number(match[2])];
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? [longitude, latitude] : null;
}

function valueOf(field: EditField, text: string): unknown {
  const fail = (message: string) => new Mistake(field.name, message);
  switch (field.kind) {
    case "distance":
    case "small": {
      const value = distanceOf(text, field.kind === "small");
      if (!value) throw fail(faultOf(text, field.kind === "small", "Type a distance such as 3.1 km."));
      return value;
    }
    case "distances": return text.split(";").filter((each) => each.trim() !== "").map((each) => {
      const value = distanceOf(each.trim());
      if (!value) throw fail(faultOf(each, false, `“${each.trim()}” is not a distance such as 3.1 km.`));
      return value;
    });
    case "count": {
      const value = Number(text);
      if (!Number.isInteger(value) || value < 1) throw fail("Type a whole number.");
      return value;
    }
    case "place": {
      const value = placeOf(text);
      if (!value) throw fail("Type latitude and longitude, such as 49.61, 6.13.");
      return value;
    }
    default: return text;
  }
}
