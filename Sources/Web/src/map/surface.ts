import type { MapProperties, Place, QuestMap } from "../api/types";
import { element } from "../dom/element";
import { length } from "../units";

/** Something that stands at a place of a map. */
export interface Pin {
  move(place: Place): void;
  remove(): void;
}

/** What a quest is drawn on. */
export interface Surface {
  /** Draws the line and the waypoints as they stand now. */
  show(map: QuestMap): void;
  pin(made: HTMLElement, place: Place): Pin;
  /** Calls back when somebody clicks on the map. */
  whenClicked(listener: (place: Place) => void): void;
}

/** What is told of a waypoint that somebody clicks on. */
export function told(waypoint: MapProperties): HTMLElement {
  return element("div", { class: "popup" },
    element("strong", {}, waypoint.name ?? "Waypoint"),
    element("p", {}, length(waypoint.distanceMeters ?? 0)),
    waypoint.story ? element("p", {}, waypoint.story) : null);
}
