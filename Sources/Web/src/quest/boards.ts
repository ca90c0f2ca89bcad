import type { FeedWalk, Rank } from "../api/types";
import { Child, element } from "../dom/element";
import { scrolling } from "../dom/scrolling";
import { length, moment } from "../units";

/** Who has walked the farthest. */
export function leaderboard(ranks: Rank[]): Child {
  if (ranks.length === 0) return element("p", { class: "hint" }, "Nobody has logged a walk yet.");
  return scrolling("Leaderboard, as a table", element("table", {},
    element("thead", {}, element("tr", {},
      ["Rank", "Name", "Walked", "Walks"].map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ranks.map((rank) => element("tr", {},
      element("td", {}, rank.rank), element("th", { scope: "row" }, rank.personName ?? "Somebody"),
      element("td", {}, length(rank.distanceMeters)), element("td", {}, rank.walks))))));
}

/** The last walks. */
export function feed(walks: FeedWalk[]): Child {
  if (walks.length === 0) return element("p", { class: "hint" }, "No walks yet.");
  return element("ul", { class: "feed" }, walks.map((walk) => element("li", {},
    element("strong", {}, walk.personName ?? "Somebody"), ` walked ${length(walk.distanceMeters)} `,
    element("time", { datetime: walk.startedAt, class: "hint" }, moment(walk.startedAt)))));
}
