// What was decided, in words: the service has short names for edits and repairs.

import type { Edit, Finding } from "../api/design";
import { isolated } from "../dom/element";
import { policies } from "../quest/joins";
import { editForms } from "./edit-forms";
import type { State } from "./draft";

/** What a gap was decided to be, in one word. */
export function policyName(policy: unknown): string {
  return policies.find(([value]) => value === policy)?.[1].split(":")[0] ?? "decided";
}

/** An edit as a person calls it. */
export function editName(edit: Edit): string {
  const name = (member: string) => isolated(String(edit[member] ?? ""));
  switch (edit.edit) {
    case "rename": return `Name a waypoint ${name("name")}`;
    case "dropWaypoint": return `Take waypoint ${String(edit["waypoint"] ?? "").replace("#", "")} out`;
    case "waypoints": return `Put waypoints${waypointNames(edit)}`;
    case "name": return `Name the route ${name("name")}`;
    case "joins":
      return typeof edit["join"] === "number" ? `Gap ${edit["join"]}: ${policyName(edit["policy"])}`
        : `Gaps: ${policyName(edit["policy"])}`;
    default: {
      const forms = editForms.filter((each) => each.edit === edit.edit);
      const exact = forms.find((each) => Object.entries(each.fixed ?? {}).every(([key, value]) => edit[key] === value));
      return (exact ?? forms[0])?.title ?? edit.edit;
    }
  }
}

function waypointNames(edit: Edit): string {
  const all = Array.isArray(edit["waypoints"]) ? edit["waypoints"] as { name?: string }[] : [];
  const names = all.flatMap((each) => each.name ?? []).slice(0, 3).map(isolated);
  if (names.length === 0) return "";
  return `: ${names.join(", ")}${all.length > names.length ? ` and ${all.length - names.length} more` : ""}`;
}

/** A repair as a person calls it; drafts of earlier versions of the client know its code alone. */
export function repairName(repair: string, { titles }: State): string {
  const [code = "", place] = repair.split("@");
  const title = titles?.[code] ?? `repair ${code.replace(/-/g, " ")}`;
  const where = place ? `, line ${place.split(":")[0] ?? ""}` : "";
  return title.charAt(0).toUpperCase() + title.slice(1) + where;
}

/** The titles of a state with that of one more repair. */
export function withTitle({ titles }: State, finding: Finding): Record<string, string> {
  return finding.fix ? { ...titles, [finding.code]: finding.fix.title } : { ...titles };
}
