import { element } from "../dom/element";

/** A notice at the edge of the window, read aloud; it can be closed, and with an action be answered. */
export function notify(
  text: string, options: { action?: string; seconds?: number; onAction?: () => void } = {},
): () => void {
  const notices = document.getElementById("notices");
  const notice = element("div", { class: "notice" }, element("span", { dir: "auto" }, text));
  const remove = () => { clearTimeout(timer); notice.remove(); };
  const timer = setTimeout(remove, (options.seconds ?? 8) * 1000);
  if (options.action) {
    notice.append(element("button", {
      onclick: () => { remove(); options.onAction?.(); },
    }, options.action));
  }
  // One that stays may lie over what somebody wants to reach.
  notice.append(element("button", { class: "plain", "aria-label": "Close", onclick: remove }, "×"));
  notices?.append(notice);
  return remove;
}
