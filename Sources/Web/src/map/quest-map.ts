import { quests } from "../api/api";
import { element } from "../dom/element";
import type { MapProperties, Place, QuestMap } from "../api/types";
import { length, units } from "../units";
import { Canvas } from "./canvas";
import { between, glide, travelled } from "./glide";
import { canDraw } from "./library";
import { questLayers } from "./style";

/** Beyond so many degrees the library draws nothing, and lines run along the edge. */
const poleward = 84;

/** The map of a quest; where none can be drawn, the server's picture. */
export class QuestMapView {
  private canvas: Canvas | null = null;
  private marker: maplibregl.Marker | null = null;
  /** Other places than the team's that somebody looks at, by what they are. */
  private readonly glances = new Map<string, maplibregl.Marker>();
  private place: Place;
  private gliding = new AbortController();

  constructor(
    private readonly container: HTMLElement, private readonly quest: { id: string; name: string },
    private map: QuestMap, place: Place, private readonly signal: AbortSignal,
  ) {
    this.place = place;
  }

  async begin(): Promise<void> {
    const [west, south, east, north] = this.map.bbox;
    if (!canDraw()) {
      await this.showPicture("This browser cannot draw the map. The waypoints are listed below.");
      return;
    }
    if (north > poleward || south < -poleward) {
      await this.showPicture("The map library cuts maps near the poles, so here is a picture.");
      return;
    }
    const width = east < west ? east - west + 360 : east - west;
    const isLong = width > 60 || north > 66 || south < -66;
    const onLost = () => {
      this.showPicture("The map was lost. Load the page again to draw it anew.").catch(() => undefined);
    };
    try {
      this.canvas = await Canvas.make(this.container, { quest: this.map }, {
        label: `Map of ${this.quest.name}`, isGlobe: isLong, layers: questLayers, onLost,
        center: this.place, zoom: 1.5,
      }, this.signal);
    } catch {
      await this.showPicture("The map could not be loaded.");
    }
    const canvas = this.canvas;
    if (!canvas) return;
    if (width < 150) {
      canvas.map.fitBounds([[west, south], [west + width, north]], { padding: 40, animate: false });
    }
    this.marker = new canvas.library.Marker({
      element: element("div", { class: "marker", role: "img", "aria-label": "The team is here" }),
    }).setLngLat(this.place).addTo(canvas.map);
    canvas.map.on("click", "waypoints", (event) => this.tell(event));
    canvas.map.on("mouseenter", "waypoints", () => { canvas.map.getCanvas().style.cursor = "pointer"; });
    canvas.map.on("mouseleave", "waypoints", () => { canvas.map.getCanvas().style.cursor = ""; });
    this.container.dataset["drawn"] = "true";
    // For tests, which hold the marker against the map's own arithmetic.
    Object.assign(this.container, { milequestMap: canvas.map });
  }

  /** Shows where the quest stands now; the marker glides there along the line. */
  show(map: QuestMap, place: Place): void {
    this.map = map;
    this.canvas?.set("quest", map);
    // A picture that cannot be fetched now is as it was; the next walk fetches another.
    if (this.container.dataset["drawn"] === "picture") this.drawPicture().catch(() => undefined);
    this.moveTo(place);
  }

  moveTo(place: Place): void {
    const from = this.place;
    if (from[0] === place[0] && from[1] === place[1]) return;
    this.place = place;
    this.gliding.abort();
    this.gliding = new AbortController();
    const ended = this.gliding;
    this.signal.addEventListener("abort", () => ended.abort());
    glide(between(travelled(this.map), from, place), (at) => this.marker?.setLngLat(at), ended.signal);
  }

  /** Marks a place that somebody looks at: where the team was, or a place along the route. Null takes it away. */
  glance(what: string, place: Place | null): void {
    this.glances.get(what)?.remove();
    this.glances.delete(what);
    if (!place || !this.canvas) return;
    const made = element("div", { class: "marker glance", role: "img", "aria-label": what });
    this.glances.set(what, new this.canvas.library.Marker({ element: made }).setLngLat(place).addTo(this.canvas.map));
  }

  /** Calls when somebody clicks on the map beside the waypoints. */
  whenClicked(listener: (place: Place) => void): void {
    this.canvas?.map.on("click", (event) => listener([event.lngLat.lng, event.lngLat.lat]));
  }

  private tell(event: maplibregl.MapEvent): void {
    const feature = event.features?.[0];
    if (!feature || !this.canvas) return;
    const waypoint = feature.properties as MapProperties;
    new this.canvas.library.Popup({ maxWidth: "18rem" })
      .setLngLat(feature.geometry.coordinates as Place)
      .setDOMContent(element("div", { class: "popup" },
        element("strong", {}, waypoint.name ?? "Waypoint"),
        element("p", {}, length(waypoint.distanceMeters ?? 0)),
        waypoint.story ? element("p", {}, waypoint.story) : null))
      .addTo(this.canvas.map);
  }

  private async showPicture(why: string): Promise<void> {
    this.canvas = null;
    this.marker = null;
    this.container.classList.add("picture");
    const reason = element("p", { class: "hint" }, why);
    this.container.replaceChildren(reason);
    this.container.dataset["drawn"] = "picture";
    await this.drawPicture();
  }

  private async drawPicture(): Promise<void> {
    const picture = await quests.picture(this.quest.id, units.chosen, this.signal);
    const address = URL.createObjectURL(picture);
    this.signal.addEventListener("abort", () => URL.revokeObjectURL(address));
    this.container.querySelector("img")?.remove();
    this.container.prepend(element("img", {
      class: "card", src: address, width: 1200, height: 630, alt: `Map of ${this.quest.name}`,
    }));
  }
}
