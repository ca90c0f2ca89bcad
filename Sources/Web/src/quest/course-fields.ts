import type { QuestChange } from "../api/api";
import type { Quest } from "../api/types";
import { element } from "../dom/element";
import { choice, Field, field, Mistake } from "../dom/form";
import { distanceFault, plainLength, typedDistance, units } from "../units";
import { policies } from "./joins";

const usualPercentages = [25, 50, 75, 100];

/** How a quest runs over its route: laps, there and back, the distance to walk, and the milestones. */
export class CourseFields {
  private readonly laps = field("Laps", "laps", { inputmode: "numeric", autocomplete: "off", value: "1" });
  private readonly back = field("There and back", "thereAndBack", { type: "checkbox" });
  private readonly join = choice("From the end of a lap to the start of the next", "lapJoin",
    [["", "decided by the distance"], ...policies]);
  private readonly length = field("Distance to walk for all of it", "length", { autocomplete: "off" },
    "Empty for the length of the course. Another distance moves the team faster or more slowly.");
  private readonly percentages = field("Milestones, in percent of the way", "percentages", { autocomplete: "off" },
    "With commas between.");
  private readonly before: Record<string, string>;

  /** - Parameter quest: the one that is changed; null for a new one. */
  constructor(quest: Quest | null) {
    this.laps.control.value = String(quest?.laps ?? 1);
    (this.back.control as HTMLInputElement).checked = quest?.thereAndBack ?? false;
    this.join.control.value = quest?.lapJoin ?? "";
    this.percentages.control.value = (quest?.percentages ?? usualPercentages).join(", ");
    if (quest && quest.lengthMeters !== quest.officialLengthMeters) {
      this.length.control.value = `${plainLength(quest.lengthMeters)} ${units.chosen}`;
    }
    this.before = this.typed();
  }

  get fields(): Record<string, Field> {
    return {
      "/laps": this.laps, "/thereAndBack": this.back, "/lapJoin": this.join, "/length": this.length,
      "/percentages": this.percentages,
    };
  }

  /** Puts the fields below another one, out of the way until somebody opens them. */
  foldBelow(field: Field): void {
    field.row.after(element("details", {}, element("summary", {}, "Laps, distance and milestones"),
      Object.values(this.fields).map((each) => each.row)));
  }

  /** What somebody has changed, and nothing else: a new quest takes the rest from its route. */
  changes(): QuestChange {
    const now = this.typed();
    const has = (name: string) => now[name] !== this.before[name];
    const made: QuestChange = {};
    if (has("laps")) made.laps = wholeNumber(now["laps"] ?? "", "/laps");
    if (has("back")) made.thereAndBack = now["back"] === "true";
    if (has("join") && now["join"]) made.lapJoin = now["join"];
    if (has("length")) made.length = distance(now["length"] ?? "");
    if (has("percentages")) made.percentages = percentagesOf(now["percentages"] ?? "");
    return made;
  }

  private typed(): Record<string, string> {
    const text = (field: Field) => field.control.value.trim();
    return {
      laps: text(this.laps), back: String((this.back.control as HTMLInputElement).checked), join: text(this.join),
      length: text(this.length), percentages: text(this.percentages),
    };
  }
}

function wholeNumber(text: string, pointer: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new Mistake(pointer, "Type a whole number.");
  return value;
}

function distance(text: string): string | null {
  if (text === "") return null;
  const typed = typedDistance(text, units.chosen);
  if (!typed) throw new Mistake("/length", distanceFault(text, units.chosen, "Type a distance such as 500 mi."));
  return typed;
}

/** Shares such as `25, 50`, ascending and each once. */
export function percentagesOf(text: string): number[] {
  const parts = text.split(/[\s,;%]+/).filter(Boolean);
  const values = parts.map((part) => Number(part));
  if (values.some((value) => !Number.isInteger(value) || value < 1 || value > 100)) {
    throw new Mistake("/percentages", "Type whole numbers from 1 to 100.");
  }
  return [...new Set(values)].sort((a, b) => a - b);
}
