import type { Preview } from "../api/design";
import { element } from "../dom/element";
import { profileDrawing } from "../quest/profile";

/** The heights of a route with a dot that a pointer moves along. */
export function heights(
  preview: Preview, distanceMeters: number, onPoint: (distanceMeters: number) => void,
): HTMLElement | null {
  const points = preview.profile.points;
  const [first, last] = [points[0], points[points.length - 1]];
  const drawn = profileDrawing(preview.profile, distanceMeters);
  if (!first || !last || !(drawn instanceof Element)) return null;
  const svg = drawn.querySelector("svg");
  const point = (event: PointerEvent) => {
    const box = svg?.getBoundingClientRect();
    if (!box || box.width === 0) return;
    const share = Math.min(Math.max((event.clientX - box.x) / box.width, 0), 1);
    onPoint(first.distanceMeters + share * (last.distanceMeters - first.distanceMeters));
  };
  svg?.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse") point(event); });
  svg?.addEventListener("pointerdown", point);
  return element("div", { class: "heights" }, drawn);
}
