import { design } from "../api/design";
import { Designer } from "../designer/designer";
import { openFile, start } from "../designer/start";
import { drafts } from "../designer/store";
import { element } from "../dom/element";
import { MakePage, Shown } from "../router";
import { session } from "../session";

const title = "Route designer";

export const designer: MakePage = async ({ query, signal }) => {
  if (session.personId === null) return forStrangers();
  const route = query.get("route");
  if (route) {
    const info = await design.route(route, signal);
    const file = await design.file(route, info.version, signal);
    const base = info.mine ? { routeId: route, version: info.version, name: info.name } : null;
    await openFile(file, info.name ?? "A route", base, [], { replace: true });
    return { title, content: element("p", {}, "Opening …") };
  }
  const id = query.get("draft");
  const known = id ? await drafts.load(id).catch(() => null) : null;
  if (known) {
    const page = new Designer(known.draft, known.file, known.isKept, signal);
    void page.begin();
    return { title, isWide: true, content: page.root };
  }
  const [kept, own] = await Promise.all([
    drafts.list().catch(() => []), design.own(signal),
  ]);
  const content = start(kept, own, signal);
  if (id) {
    content.firstElementChild?.prepend(element("p", { class: "notice", role: "alert" },
      "This draft is not on this device. Choose its file again, or another draft."));
  }
  return { title, content };
};

function forStrangers(): Shown {
  const back = encodeURIComponent(location.pathname + location.search);
  return {
    title,
    content: element("div", { class: "narrow" },
      element("h1", {}, title),
      element("p", {}, "Check a route's file, mend it, put waypoints on it, and start a quest."),
      element("p", {}, element("a", { class: "button", href: `/sign-in?return=${back}` }, "Sign in"),
        " or ", element("a", { href: "/sign-up" }, "sign up"), " to open a file.")),
  };
}
