import { messageOf, Refusal } from "./api/problem";
import { element } from "./dom/element";
import { beginRouting, otherwise, route } from "./router";
import { session } from "./session";
import { keepForOffline } from "./shell/offline";
import { buildShell } from "./shell/shell";

// Each page is a part of its own, loaded when somebody first goes there.
route("/", async () => (await import("./pages/explore")).explore);
route("/quests/:quest", async () => (await import("./pages/quest")).quest);
route("/view", async () => (await import("./pages/view")).view);
route("/sign-in", async () => (await import("./pages/sign-in")).signIn);
route("/sign-up", async () => (await import("./pages/sign-up")).signUp);
route("/reset", async () => (await import("./pages/reset")).reset);
route("/teams", async () => (await import("./pages/teams")).teamsPage);
route("/teams/:team", async () => (await import("./pages/team")).teamPage);
route("/invites/:code", async () => (await import("./pages/invite")).invitePage);
route("/me", async () => (await import("./pages/me")).mePage);
route("/operator", async () => (await import("./pages/operator")).operatorPage);
route("/walks", async () => (await import("./pages/walks")).walksPage);
route("/designer", async () => (await import("./pages/designer")).designer);

otherwise(
  async () => ({
    title: "No such page",
    content: element("div", {}, element("h1", {}, "No such page"),
      element("p", {}, "Nothing is at this address. ", element("a", { href: "/" }, "See all quests"), ".")),
  }),
  (error) => isAbsent(error) ? {
    title: "Not there",
    content: element("div", {}, element("h1", {}, "This page is not there"),
      element("p", { role: "alert" }, messageOf(error)),
      element("p", {}, element("a", { href: "/" }, "See all quests"), session.personId === null ? [" or ",
        element("a", { href: `/sign-in?return=${encodeURIComponent(location.pathname)}` }, "sign in"), "."] : ".")),
  } : {
    title: "Not shown",
    content: element("div", {}, element("h1", {}, "This page cannot be shown"),
      element("p", { role: "alert" }, messageOf(error)),
      element("p", {}, element("button", { onclick: () => location.reload() }, "Try again"))),
  },
);

/** Whether trying again leads nowhere: it is not there, or not for whoever asks. */
function isAbsent(error: unknown): boolean {
  return error instanceof Refusal && [403, 404, 410].includes(error.status);
}

async function begin(): Promise<void> {
  // Only browsers on which somebody has signed in wait for an answer.
  await session.begin();
  buildShell();
  beginRouting();
  void import("./shell/losses").then(({ tellLosses }) => tellLosses());
  void import("./offline/sender").then(({ beginSending }) => beginSending(() => session.personId));
  keepForOffline();
}

void begin();
