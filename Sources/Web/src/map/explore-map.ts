import type { FeatureCollection, FoundPlace, QuestMarker } from "../api/types";
import { element } from "../dom/element";
import { go } from "../router";
import { Canvas, shown } from "./canvas";
import { canDraw } from "./library";
import { markerLayers } from "./style";

/** How near the map comes to a place: a few hundred kilometres around it are in sight. */
const placeZoom = 6;

/** Public quests on a globe. */
export class ExploreMap {
  private pin: maplibregl.Marker | null = null;

  private constructor(private readonly canvas: Canvas) {}

  /** The map, or null where none can be drawn. */
  static async make(
    container: HTMLElement, markers: QuestMarker[], signal: AbortSignal, onLost: () => void,
  ): Promise<ExploreMap | null> {
    if (!canDraw()) return null;
    await shown(container);
    // The whole globe, with some room around it.
    const pixels = Math.min(container.clientWidth, container.clientHeight) || 320;
    const canvas = await Canvas.make(container, { markers: collection(markers) }, {
      label: "Public quests", isGlobe: true, layers: markerLayers, onLost,
      center: markers[0]?.coordinate ?? [0, 30], zoom: Math.log2(pixels * 0.9 * Math.PI / 512),
    }, signal);
    if (!canvas) return null;
    canvas.map.on("click", "markers", (event) => {
      const id = event.features?.[0]?.properties["questId"];
      if (typeof id === "string") go(`/quests/${id}`);
    });
    canvas.map.on("mouseenter", "markers", () => { canvas.map.getCanvas().style.cursor = "pointer"; });
    canvas.map.on("mouseleave", "markers", () => { canvas.map.getCanvas().style.cursor = ""; });
    container.dataset["drawn"] = "true";
    // For tests.
    Object.assign(container, { milequestMap: canvas.map });
    return new ExploreMap(canvas);
  }

  show(markers: QuestMarker[]): void {
    this.canvas.set("markers", collection(markers));
  }

  /** Goes to a place and marks it; null takes the mark away. */
  point(place: FoundPlace | null): void {
    this.pin?.remove();
    this.pin = null;
    if (!place) return;
    const { library, map } = this.canvas;
    const mark = element("div", { class: "marker glance", role: "img", "aria-label": place.name });
    this.pin = new library.Marker({ element: mark }).setLngLat(place.coordinate).addTo(map);
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const there = { center: place.coordinate, zoom: placeZoom };
    if (isCalm) map.jumpTo(there);
    else map.flyTo(there);
  }
}

function collection(markers: QuestMarker[]): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: markers.map((marker) => ({
      type: "Feature", properties: { questId: marker.questId, name: marker.questName },
      geometry: { type: "Point", coordinates: marker.coordinate },
    })),
  };
}
