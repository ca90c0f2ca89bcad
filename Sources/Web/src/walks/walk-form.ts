import type { WalkDraft } from "../api/api";
import { Field, field, Mistake } from "../dom/form";
import { distanceFault, plainDuration, typedDistance, typedDuration, units, zone } from "../units";

/** What a person states of a walk. */
export interface WalkFields {
  distance: Field;
  when: Field;
  duration: Field;
  note: Field;
  isPrivate: Field;
}

export interface Stated {
  distance?: string;
  /** Nil for now. */
  startedAt?: string;
  durationSeconds?: number | null;
  note?: string | null;
  private?: boolean;
}

export function walkFields(known: Stated): WalkFields {
  const name = units.chosen === "mi" ? "miles" : "kilometers";
  const fields = {
    distance: field(`Distance in ${name}`, "distance", {
      inputmode: "decimal", autocomplete: "off", required: true, placeholder: "3.1",
    }),
    when: field("Started", "startedAt", { type: "datetime-local", required: true }),
    duration: field("Duration", "durationSeconds", { autocomplete: "off", maxlength: 20 },
      "Such as 1:30, 90 min or 1 h 30. You may leave it empty."),
    note: field("Note", "note", { rows: 2, maxlength: 1000 }, "Only you see it."),
    isPrivate: field("Private: it counts, and nobody sees that it was you", "private", {
      type: "checkbox",
    }),
  };
  fields.distance.control.value = known.distance ?? "";
  fields.when.control.value = localTime(known.startedAt ? new Date(known.startedAt) : new Date());
  fields.duration.control.value = known.durationSeconds ? plainDuration(known.durationSeconds) : "";
  fields.note.control.value = known.note ?? "";
  (fields.isPrivate.control as HTMLInputElement).checked = known.private ?? false;
  return fields;
}

/** The fields by the pointers of the body that they make. */
export function byPointer(fields: WalkFields): Record<string, Field> {
  return {
    "/distance": fields.distance, "/startedAt": fields.when, "/durationSeconds": fields.duration, "/note": fields.note,
    "/private": fields.isPrivate,
  };
}

/** What the fields say, as the service takes it. */
export function stated(fields: WalkFields): Omit<WalkDraft, "id"> {
  const typed = fields.distance.control.value;
  const distance = typedDistance(typed, units.chosen);
  if (!distance) {
    throw new Mistake("/distance", distanceFault(typed, units.chosen, "Type a distance such as 3.1 or 3,1."));
  }
  const time = new Date(fields.when.control.value);
  if (Number.isNaN(time.getTime())) throw new Mistake("/startedAt", "Choose a day and a time.");
  const lasted = fields.duration.control.value.trim();
  const durationSeconds = lasted === "" ? null : typedDuration(lasted);
  if (lasted !== "" && durationSeconds === null) {
    throw new Mistake("/durationSeconds", "Type a duration such as 1:30, 90 min or 1 h 30.");
  }
  return {
    distance, startedAt: time.toISOString(), durationSeconds, zone: zone(),
    note: fields.note.control.value.trim() || null,
    private: (fields.isPrivate.control as HTMLInputElement).checked,
  };
}

/** A moment as a control for day and time has it: on this device's clock, to the minute. */
export function localTime(time: Date): string {
  const digits = (value: number) => String(value).padStart(2, "0");
  return `${time.getFullYear()}-${digits(time.getMonth() + 1)}-${digits(time.getDate())}`
    + `T${digits(time.getHours())}:${digits(time.getMinutes())}`;
}
