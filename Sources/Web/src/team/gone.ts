import { element, named } from "../dom/element";

/** What somebody reads who is no longer in a team, or never was. */
export function notInTeam(name: string | null, wasMember: boolean): HTMLElement {
  return element("div", { class: "narrow" },
    element("h1", {}, wasMember ? "You are no longer in this team" : "This team is not shown to you"),
    element("p", { role: "status" }, wasMember
      ? ["You were taken out of ", name ? named(name) : "the team", ", or it was dissolved. What you have walked stays yours."]
      : "It does not exist, or you are not in it. Ask one of its admins for an invitation."),
    element("p", {}, element("a", { class: "button", href: "/teams" }, "Your teams"), " ",
      element("a", { href: "/" }, "See all quests")));
}
