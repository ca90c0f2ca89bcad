import { Field, field } from "../dom/form";

/** The switch by which a quest hides what is ahead. */
export function hidesField(isOn = false): Field {
  const made = field("Hide waypoints until they are reached", "hidesAhead", { type: "checkbox" },
    "Nobody sees their names, stories and places before, neither the team nor its admins.");
  (made.control as HTMLInputElement).checked = isOn;
  return made;
}

export function isChecked(field: Field): boolean { return (field.control as HTMLInputElement).checked; }
