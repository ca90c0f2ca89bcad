import { WalkDraft, walks } from "../api/api";
import type { WalkResult } from "../api/types";
import { element, replace } from "../dom/element";
import { form } from "../dom/form";
import { title } from "../quest/milestones";
import { length } from "../units";
import { byPointer, localTime, stated, walkFields } from "./walk-form";

/** The form that logs a walk. */
export function logForm(onLogged: () => void): Node {
  const answer = element("div", { role: "status", class: "answer" });
  const fields = walkFields({});
  let shownTime = fields.when.control.value;
  // The same walk until it is logged, so that sending it again never counts it twice.
  let draft: { key: string; walk: WalkDraft } | null = null;

  const made = form("Log a walk", {
    submit: "Log the walk", fields: byPointer(fields),
    async action() {
      const content = stated(fields);
      const isNow = fields.when.control.value === shownTime;
      const key = JSON.stringify([content, isNow]);
      if (draft?.key !== key) {
        const startedAt = isNow ? new Date().toISOString() : content.startedAt;
        draft = { key, walk: { ...content, startedAt, id: newId() } };
      }
      const result = await walks.log(draft.walk);
      draft = null;
      fields.distance.control.value = "";
      fields.note.control.value = "";
      shownTime = fields.when.control.value = localTime(new Date());
      replace(answer, told(result));
      onLogged();
      fields.distance.control.focus();
    },
  });
  return element("div", {}, made, answer);
}

/** What a walk has done. */
function told(result: WalkResult): Node {
  const counted = result.teams.filter((team) => !team.gone);
  const reached = counted.flatMap((team) => team.reached ?? []);
  return element("div", { class: "notice good" },
    element("strong", {}, "Logged."),
    counted.map((team) => element("p", {}, `Your team is at ${length(team.totalMeters ?? 0)}. `,
      team.questId ? element("a", { href: `/quests/${team.questId}` }, "See it on the map") : null)),
    reached.length > 0 ? element("p", {}, `Reached: ${reached.map(title).join(", ")}`) : null,
    counted.length === 0
      ? element("p", {}, result.uncounted[0] ? `It does not count for a quest: ${result.uncounted[0].text}.` : "")
      : null);
}

/** A random id (RFC 9562, version 4), on plain HTTP too. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 15) | 64;
  bytes[8] = (bytes[8]! & 63) | 128;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
