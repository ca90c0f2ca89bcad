import type { FeatureCollection, QuestMarker } from "../api/types";
import { go } from "../router";
import { Canvas, shown } from "./canvas";
import { canDraw } from "./library";
import { markerLayers } from "./style";

/** Public quests on a globe; false where none can be drawn. */
export async function showExploreMap(
  container: HTMLElement, markers: QuestMarker[], signal: AbortSignal, onLost: () => void,
): Promise<((markers: QuestMarker[]) => void) | null> {
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
  return (shown) => canvas.set("markers", collection(shown));
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
