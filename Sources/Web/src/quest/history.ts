import type { History, Place, Progress } from "../api/types";
import { Child, drawing, element, named, replace } from "../dom/element";
import { day, length } from "../units";
import { endOfDay } from "./days";

const [width, height] = [800, 140];
/** More bars than this are no longer told apart: then each is a week. */
const mostBars = 120;
/** A slider that moves asks once, when it rests. */
const restMilliseconds = 200;

export interface HistoryActions {
  /** How the quest stood at a moment. */
  ask: (at: Date) => Promise<Progress>;
  /** Shows on the map where the team was; null for now. */
  show: (place: Place | null) => void;
}

/** What was walked day by day, and a slider that asks where the team was. */
export function historyPanel(history: History, actions: HistoryActions): Child[] {
  const days = history.items;
  const last = days[days.length - 1];
  if (!last || last.totalMeters === 0) return [element("p", { class: "hint" }, "No walks yet.")];
  return [bars(history), slider(history, actions)];
}

function bars(history: History): Child {
  const size = Math.ceil(history.items.length / mostBars) > 1 ? 7 : 1;
  const groups = [];
  for (let start = 0; start < history.items.length; start += size) {
    const some = history.items.slice(start, start + size);
    const [first, last] = [some[0], some[some.length - 1]];
    if (!first || !last) continue;
    const meters = some.reduce((sum, each) => sum + each.distanceMeters, 0);
    const walks = some.reduce((sum, each) => sum + each.walks, 0);
    groups.push({ from: first.from, until: last.until, meters, walks });
  }
  const most = groups.reduce((a, b) => b.meters > a.meters ? b : a);
  const step = width / groups.length;
  const span = (each: { from: string; until: string }) =>
    each.from === each.until ? day(each.from) : `${day(each.from)} to ${day(each.until)}`;
  const text = `The most was ${length(most.meters)} ${size > 1 ? "in the week " : "on "}${span(most)}.`;
  return element("figure", { class: "history" },
    drawing("svg", {
      viewBox: `0 0 ${width} ${height}`, role: "img", preserveAspectRatio: "none",
      "aria-label": `What was walked ${size > 1 ? "week by week" : "day by day"}. ${text}`,
    }, groups.map((each, index) => {
      const tall = most.meters > 0 ? each.meters / most.meters * (height - 10) : 0;
      return drawing("rect", {
        class: "bar", x: (index * step).toFixed(2), y: (height - tall).toFixed(2),
        width: Math.max(step * 0.8, 0.5).toFixed(2), height: tall.toFixed(2),
      }, drawing("title", {}, `${span(each)}: ${length(each.meters)}, ${each.walks} walks`));
    })),
    element("figcaption", { class: "hint" }, text));
}

function slider(history: History, { ask, show }: HistoryActions): Child {
  const days = history.items;
  const control = element("input", {
    type: "range", id: "when", min: 0, max: days.length - 1, step: 1, value: days.length - 1,
  });
  const text = element("output", { for: "when" });
  let timer = 0;
  let asked = 0;
  const look = async () => {
    const chosen = days[Number(control.value)];
    if (!chosen) return;
    asked += 1;
    const number = asked;
    if (chosen === days[days.length - 1]) {
      replace(text, "Today.");
      return show(null);
    }
    replace(text, `At the end of ${day(chosen.until)}: ${length(chosen.totalMeters)} walked.`);
    try {
      const then = await ask(endOfDay(chosen.until, history.zone));
      // An answer that comes after a later question is not shown.
      if (number !== asked) return;
      const passed = then.position.lastWaypoint?.name;
      replace(text, `At the end of ${day(chosen.until)}: ${length(then.totalMeters)} walked`,
        passed ? [", past ", named(passed)] : "",
        then.nextWaypoint?.name
          ? [`, ${length(then.nextWaypoint.remainingMeters)} before `, named(then.nextWaypoint.name), "."] : ".");
      show(then.position.coordinate);
    } catch {
      if (number === asked) show(null);
    }
  };
  control.addEventListener("input", () => {
    const chosen = days[Number(control.value)];
    control.setAttribute("aria-valuetext", chosen ? day(chosen.until) : "");
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void look(), restMilliseconds);
  });
  return element("div", { class: "field" },
    element("label", { for: "when" }, "Where were we?"), control, text);
}
