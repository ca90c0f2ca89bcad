// A quest near a pole, where the map library's maps end: a drawing of our own.

import type { Feature, MapProperties, Place, QuestMap } from "../api/types";
import { drawing, element } from "../dom/element";
import { land } from "./land";
import { Point, PolarPlane } from "./polar";
import { Pin, Surface, told } from "./surface";

const marginPixels = 30;
const zoomStep = 1.5;
const [leastZoom, mostZoom] = [0.5, 200];
/** A pointer that moves less has clicked. */
const stillPixels = 4;
const panPixels = 60;
/** Between a waypoint and its name, or what is told of it. */
const [namePixels, popupPixels] = [9, 12];
const parallels = [80, 70, 60];

interface Pinned { made: HTMLElement; place: Place }

export class PolarSurface implements Surface {
  private readonly plane: PolarPlane;
  private readonly picture: SVGSVGElement;
  private readonly pins = new Set<Pinned>();
  private readonly listeners: ((place: Place) => void)[] = [];
  private ground: Feature[] = [];
  private popup: Pinned | null = null;
  /** The middle of the window in the plane, and pixels to a radius of the Earth. */
  private middle: Point = [0, 0];
  private fitted = 1;
  private zoom = 1;

  constructor(
    private readonly container: HTMLElement, label: string, private map: QuestMap, signal: AbortSignal,
  ) {
    this.plane = new PolarPlane(map.bbox[3] > -map.bbox[1]);
    this.picture = drawing("svg", { role: "group", "aria-label": label, tabindex: 0 });
    const button = (text: string, name: string, factor: number) => element("button", {
      type: "button", "aria-label": name, onclick: () => this.zoomBy(factor),
    }, text);
    container.classList.add("polar");
    container.replaceChildren(this.picture, element("div", { class: "zoom" },
      button("+", "Zoom in", zoomStep), button("−", "Zoom out", 1 / zoomStep)));
    this.listen();
    this.fit();
    const watch = new ResizeObserver(() => this.fit());
    watch.observe(container);
    signal.addEventListener("abort", () => watch.disconnect());
    // The line is there without any land.
    this.refine(signal).catch(() => undefined);
    // For tests, which hold the marker against the map's own arithmetic.
    Object.assign(container, { milequestMap: {
      project: (place: Place) => { const [x, y] = this.pixel(this.plane.point(place)); return { x, y }; },
    } });
  }

  show(map: QuestMap): void {
    this.map = map;
    this.draw();
  }

  pin(made: HTMLElement, place: Place): Pin {
    const pinned = { made, place };
    this.pins.add(pinned);
    this.container.append(made);
    this.put(pinned);
    return {
      move: (to) => { pinned.place = to; this.put(pinned); },
      remove: () => { this.pins.delete(pinned); made.remove(); },
    };
  }

  whenClicked(listener: (place: Place) => void): void { this.listeners.push(listener); }

  // The window.

  private pixel([x, y]: Point): Point {
    const { clientWidth, clientHeight } = this.container;
    const scale = this.fitted * this.zoom;
    return [clientWidth / 2 + (x - this.middle[0]) * scale, clientHeight / 2 + (y - this.middle[1]) * scale];
  }

  private placeAt([x, y]: Point): Place {
    const { clientWidth, clientHeight } = this.container;
    const scale = this.fitted * this.zoom;
    return this.plane.place([
      (x - clientWidth / 2) / scale + this.middle[0], (y - clientHeight / 2) / scale + this.middle[1]]);
  }

  /** The whole route with some room around it. */
  private fit(): void {
    const all = this.map.features.flatMap(parts).flatMap((part) => this.plane.line(part));
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [x, y] of all) {
      [left, top] = [Math.min(left, x), Math.min(top, y)];
      [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
    }
    const { clientWidth, clientHeight } = this.container;
    if (all.length > 0 && this.zoom === 1) this.middle = [(left + right) / 2, (top + bottom) / 2];
    this.fitted = Math.max(1, Math.min((clientWidth - 2 * marginPixels) / Math.max(right - left, 1e-5),
      (clientHeight - 2 * marginPixels) / Math.max(bottom - top, 1e-5)));
    this.draw();
  }

  private zoomBy(factor: number): void {
    this.zoom = Math.min(Math.max(this.zoom * factor, leastZoom), mostZoom);
    this.draw();
  }

  private panBy(x: number, y: number): void {
    const scale = this.fitted * this.zoom;
    this.middle = [this.middle[0] + x / scale, this.middle[1] + y / scale];
    this.draw();
  }

  private listen(): void {
    let held: { at: Point; isMoved: boolean } | null = null;
    this.picture.addEventListener("pointerdown", (event) => {
      held = { at: [event.clientX, event.clientY], isMoved: false };
    });
    this.picture.addEventListener("pointermove", (event) => {
      if (!held || event.buttons === 0) return;
      const [x, y] = [held.at[0] - event.clientX, held.at[1] - event.clientY];
      if (!held.isMoved && Math.hypot(x, y) < stillPixels) return;
      if (!held.isMoved) this.picture.setPointerCapture(event.pointerId);
      held = { at: [event.clientX, event.clientY], isMoved: true };
      this.panBy(x, y);
    });
    this.picture.addEventListener("click", (event) => {
      if (held?.isMoved) return;
      const box = this.picture.getBoundingClientRect();
      const place = this.placeAt([event.clientX - box.x, event.clientY - box.y]);
      for (const listener of this.listeners) listener(place);
    });
    const keys: Record<string, () => void> = {
      "+": () => this.zoomBy(zoomStep), "-": () => this.zoomBy(1 / zoomStep),
      ArrowLeft: () => this.panBy(-panPixels, 0), ArrowRight: () => this.panBy(panPixels, 0),
      ArrowUp: () => this.panBy(0, -panPixels), ArrowDown: () => this.panBy(0, panPixels),
      Escape: () => this.tell(null),
    };
    this.container.addEventListener("keydown", (event) => {
      const act = keys[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    });
  }

  // What is drawn.

  private draw(): void {
    const { clientWidth, clientHeight } = this.container;
    this.picture.setAttribute("viewBox", `0 0 ${clientWidth} ${clientHeight}`);
    const lines = this.map.features.filter((each) => each.geometry?.type.endsWith("LineString"));
    // What is walked lies above what is left.
    lines.sort((a, b) => Number(isWalked(a)) - Number(isWalked(b)));
    this.picture.replaceChildren(
      ...this.ground.flatMap((each) => this.area(each)),
      ...parallels.map((latitude) => this.parallel(latitude)),
      ...lines.map((each) => drawing("path", {
        class: `line ${each.properties.kind} ${isWalked(each) ? "walked" : "left"}`,
        d: parts(each).map((part) => path(this.plane.line(part).map((point) => this.pixel(point)))).join(""),
      })),
      ...this.waypoints());
    for (const pinned of this.pins) this.put(pinned);
    if (this.popup) this.put(this.popup);
  }

  private area(feature: Feature): SVGElement[] {
    const { geometry, properties } = feature;
    if (geometry?.type !== "Polygon") return [];
    const points = this.plane.ring(geometry.coordinates[0] ?? []).map((point) => this.pixel(point));
    const { clientWidth, clientHeight } = this.container;
    const isAway = points.every(([x]) => x < 0) || points.every(([x]) => x > clientWidth)
      || points.every(([, y]) => y < 0) || points.every(([, y]) => y > clientHeight);
    if (isAway) return [];
    const isWater = (properties as { water: boolean }).water;
    return [drawing("path", { class: isWater ? "water" : "land", d: `${path(points)}Z` })];
  }

  private parallel(latitude: number): SVGElement {
    const [x, y] = this.pixel([0, 0]);
    const radius = 2 * Math.sin((90 - latitude) / 360 * Math.PI) * this.fitted * this.zoom;
    return drawing("circle", { class: "parallel", cx: x, cy: y, r: radius });
  }

  private waypoints(): SVGElement[] {
    const named: Point[] = [];
    return this.map.features.flatMap(({ properties, geometry }) => {
      if (properties.kind !== "waypoint" || geometry?.type !== "Point") return [];
      const place = geometry.coordinates;
      const [x, y] = this.pixel(this.plane.point(place));
      const dot = drawing("circle", {
        class: properties.reached ? "waypoint reached" : "waypoint", cx: x, cy: y, r: 5,
        onclick: () => this.tell({ made: told(properties), place }),
      });
      // A name that would lie on another one is left out, until there is room.
      const isTaken = named.some(([left, top]) => Math.abs(left - x) < 110 && Math.abs(top - y) < 16);
      if (!properties.name || isTaken) return [dot];
      named.push([x, y]);
      const isRight = x > this.container.clientWidth * 0.6;
      return [drawing("text", {
        x: x + (isRight ? -namePixels : namePixels), y: y + 4, "text-anchor": isRight ? "end" : "start",
      }, properties.name), dot];
    });
  }

  private tell(popup: Pinned | null): void {
    this.popup?.made.remove();
    this.popup = popup;
    if (!popup) return;
    popup.made.append(element("button", {
      type: "button", class: "plain", "aria-label": "Close", onclick: () => this.tell(null),
    }, "×"));
    this.container.append(popup.made);
    this.put(popup);
  }

  private put(pinned: Pinned): void {
    const { made, place } = pinned;
    let [x, y] = this.pixel(this.plane.point(place));
    if (pinned === this.popup) {
      // Above its waypoint, and within the window.
      const within = (middle: number, size: number, room: number) =>
        Math.max(Math.min(middle, room - size / 2), size / 2);
      x = within(x, made.offsetWidth, this.container.clientWidth);
      y = within(y - made.offsetHeight / 2 - popupPixels, made.offsetHeight, this.container.clientHeight);
    }
    made.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
  }

  /** The land comes after the line: coarse first. */
  private async refine(signal: AbortSignal): Promise<void> {
    for (const address of [LAND_COARSE, LAND_FINE]) {
      const { features } = await land(address);
      if (signal.aborted) return;
      const order = (each: Feature) => (each.properties as { order: number }).order;
      this.ground = [...features].sort((a, b) => order(a) - order(b));
      this.draw();
    }
  }
}

function isWalked({ properties }: Feature<MapProperties>): boolean {
  return properties.kind === "travelled" || properties.state === "travelled";
}

function parts({ geometry }: Feature): Place[][] {
  if (geometry?.type === "LineString") return [geometry.coordinates];
  return geometry?.type === "MultiLineString" ? geometry.coordinates : [];
}

function path(points: Point[]): string {
  return points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}
