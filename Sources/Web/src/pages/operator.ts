import { operator } from "../api/account";
import type { Usage, UsageFigures } from "../api/types";
import { element, replace } from "../dom/element";
import { field, form, needed } from "../dom/form";
import { scrolling } from "../dom/scrolling";
import type { MakePage } from "../router";
import { day, number, percent } from "../units";

const figures: [label: string, text: (of: UsageFigures) => string][] = [
  ["New people", (of) => count(of.registered)], ["First walk", (of) => count(of.onboarded)],
  ["Median time to it", (of) => seconds(of.onboardSeconds)], ["Active", (of) => count(of.activePeople)],
  ["Walks", (of) => count(of.walks)], ["Time to log one", (of) => seconds(of.logSeconds)],
  ["Here after a week", (of) => (of.retention === null ? "–" : percent(of.retention * 100))],
  ["Requests", (of) => count(of.requests)], ["Errors", (of) => count(of.errors)],
  ["95 % within", (of) => (of.p95Milliseconds === null ? "–" : `${number(of.p95Milliseconds)} ms`)],
];

const count = (value: number | null) => (value === null ? "–" : number(value));
const seconds = (value: number | null) => (value === null ? "–" : `${number(value, 1)} s`);

/** How the service is used and how it does, for those who hold a key for that. */
export const operatorPage: MakePage = async () => {
  const key = field("Key of an operator", "key", { type: "password", autocomplete: "off", required: true },
    "A key of yours that “milequest key operate ID” has allowed this. The page does not keep it.");
  const from = field("From", "from", { type: "date", required: true });
  const until = field("Until", "until", { type: "date", required: true });
  const today = new Date();
  until.control.value = today.toISOString().slice(0, 10);
  from.control.value = new Date(today.getTime() - 13 * 86_400_000).toISOString().slice(0, 10);
  const box = element("div", { role: "status" });
  return {
    title: "Operator", isWide: true,
    content: element("div", {}, element("h1", {}, "Operator"),
      element("div", { class: "narrow" }, form("Figures", {
        submit: "Show the figures", fields: { "/key": key, "/from": from, "/until": until },
        async action() {
          replace(box, table(await operator.usage(
            needed(key, "/key", "Type the key."), from.control.value, until.control.value)));
        },
      })), box),
  };
};

function table(usage: Usage): Node {
  const row = (name: string, of: UsageFigures) => element("tr", {},
    element("th", { scope: "row" }, name), figures.map(([, text]) => element("td", {}, text(of))));
  return scrolling("Figures",
    element("table", {},
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Day"),
        figures.map(([label]) => element("th", { scope: "col" }, label)))),
      element("tbody", {}, usage.days.map((each) => row(day(each.day), each)), row("All", usage.total))));
}
