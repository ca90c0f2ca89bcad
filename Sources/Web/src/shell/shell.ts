import { element, replace } from "../dom/element";
import { go, show } from "../router";
import { session } from "../session";
import { units } from "../units";
import { notify } from "./notices";
import { takeTyped, watchTyping } from "./typing";
import { messageOf } from "../api/problem";
import { walkCount } from "../walks/counts";

const always = new AbortController().signal;

/** Builds what stands around every page: header, navigation, main part, notices. */
export function buildShell(): void {
  const app = document.getElementById("app");
  if (!app) return;
  const known = document.getElementById("main");
  const main = known ?? element("main", { id: "main" });
  main.setAttribute("tabindex", "-1");
  const links = element("nav", { "aria-label": "Main" });
  const header = element("header", { class: "bar" },
    element("a", { class: "skip", href: "#main" }, "Skip to the content"),
    element("a", { class: "brand", href: "/" }, "Mile Quest"), links);
  const draw = () => replace(links, ...navigation());
  replace(app, header, main, element("div", { id: "notices", role: "status", "aria-live": "polite" }));
  draw();
  session.watch(() => { draw(); void show(); }, always);
  watchTyping();
  units.watch(() => {
    draw();
    // A page that follows by itself is not made anew.
    if (!document.dispatchEvent(new Event("milequest.units", { cancelable: true }))) return;
    const putBack = takeTyped(main);
    void show().then(putBack);
  }, always);
  document.addEventListener("milequest.shown", draw);
}

function navigation(): Node[] {
  const link = (path: string, text: string) => element("a", {
    href: path, "aria-current": location.pathname === path ? "page" : undefined,
  }, text);
  const account = session.personId === null
    ? [link("/sign-in", "Sign in"), link("/sign-up", "Sign up")]
    : [link("/walks", "Your walks"), link("/teams", "Teams"), link("/designer", "Designer"),
      link("/me", "Account"), element("button", { class: "plain", onclick: signOut }, "Sign out")];
  return [link("/", "Explore"), ...account, unitChoice()];
}

function unitChoice(): Node {
  const other = units.chosen === "mi" ? "km" : "mi";
  const name = other === "mi" ? "miles" : "kilometers";
  return element("button", {
    class: "plain units", "aria-label": `Show ${name}`, title: `Show ${name}`,
    onclick: () => units.choose(other),
  }, units.chosen);
}

async function signOut(): Promise<void> {
  try {
    const person = session.personId;
    const all = await (await import("../offline/queue")).queue.known();
    const waiting = all.filter((walk) => walk.personId === person).length;
    const others = all.length - waiting;
    await session.signOut();
    go("/");
    if (waiting > 0) {
      notify(`${walkCount(waiting)} not sent yet: kept on this device until you sign in again.`);
    }
    if (others > 0) {
      notify(`${walkCount(others)} of another account not sent yet: kept on this device until its owner signs in.`);
    }
  } catch (error) {
    notify(messageOf(error));
  }
}
