import { drawing, element } from "../dom/element";
import { qrCode } from "./qr";

/** The quiet border that readers need. */
const border = 4;

/** A link as a QR code; nothing for one that is too long for it. */
export function qrPicture(link: string): Node | null {
  const modules = qrCode(link);
  if (!modules) return null;
  const size = modules.length + border * 2;
  const path = modules.flatMap((row, y) =>
    row.map((isDark, x) => (isDark ? `M${x + border} ${y + border}h1v1h-1z` : ""))).join("");
  return element("figure", { class: "code" },
    drawing("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": "QR code of the link" },
      drawing("rect", { width: size, height: size, fill: "#fff" }),
      drawing("path", { d: path, fill: "#000", "shape-rendering": "crispEdges" })),
    element("figcaption", { class: "hint" }, "To be read with a phone's camera."));
}
