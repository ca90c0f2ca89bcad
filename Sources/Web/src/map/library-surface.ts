// A quest on the map library: flat, or on a globe where it is long or near a pole.

import type { MapProperties, Place, QuestMap } from "../api/types";
import { Canvas } from "./canvas";
import { questLayers } from "./style";
import { Pin, Surface, told } from "./surface";

export class LibrarySurface implements Surface {
  private constructor(private readonly canvas: Canvas) {}

  /** Null where the page has gone meanwhile. */
  static async make(
    container: HTMLElement, label: string, map: QuestMap, place: Place, signal: AbortSignal, onLost: () => void,
  ): Promise<LibrarySurface | null> {
    const [west, south, east, north] = map.bbox;
    const width = east < west ? east - west + 360 : east - west;
    const isLong = width > 60 || north > 66 || south < -66;
    const canvas = await Canvas.make(container, { quest: map }, {
      label, isGlobe: isLong, layers: questLayers, onLost, center: place, zoom: 1.5,
    }, signal);
    if (!canvas) return null;
    if (width < 150) {
      canvas.map.fitBounds([[west, south], [west + width, north]], { padding: 40, animate: false });
    }
    canvas.map.on("click", "waypoints", (event) => {
      const feature = event.features?.[0];
      if (!feature) return;
      new canvas.library.Popup({ maxWidth: "18rem" })
        .setLngLat(feature.geometry.coordinates as Place)
        .setDOMContent(told(feature.properties as MapProperties)).addTo(canvas.map);
    });
    canvas.map.on("mouseenter", "waypoints", () => { canvas.map.getCanvas().style.cursor = "pointer"; });
    canvas.map.on("mouseleave", "waypoints", () => { canvas.map.getCanvas().style.cursor = ""; });
    // For tests, which hold the marker against the map's own arithmetic.
    Object.assign(container, { milequestMap: canvas.map });
    return new LibrarySurface(canvas);
  }

  show(map: QuestMap): void { this.canvas.set("quest", map); }

  pin(made: HTMLElement, place: Place): Pin {
    const marker = new this.canvas.library.Marker({ element: made }).setLngLat(place).addTo(this.canvas.map);
    return { move: (to) => void marker.setLngLat(to), remove: () => void marker.remove() };
  }

  whenClicked(listener: (place: Place) => void): void {
    this.canvas.map.on("click", (event) => listener([event.lngLat.lng, event.lngLat.lat]));
  }
}
