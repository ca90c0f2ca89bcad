import { repeatable, teams } from "../api/account";
import { element } from "../dom/element";
import { field, form, needed } from "../dom/form";
import { go, MakePage, Shown } from "../router";
import { session } from "../session";

/** Leads those who are not signed in to the page for it, and back here. */
export function signInFirst(path: string): Shown {
  go(`/sign-in?return=${path}`, { replace: true });
  return { title: "Sign in", content: element("p", {}, "Sign in first.") };
}

export const teamsPage: MakePage = async ({ signal }) => {
  if (session.personId === null) return signInFirst("/teams");
  const { items } = await teams.list(signal);
  const name = field("Name of the team", "name", { required: true, maxlength: 200 });
  const isPublic = field("Public: everyone sees its quests and who has walked how far", "public", {
    type: "checkbox",
  });
  const once = repeatable();
  return {
    title: "Your teams",
    content: element("div", { class: "columns" },
      element("div", {},
        element("h1", {}, "Your teams"),
        items.length === 0
          ? element("p", { class: "hint" }, "You are in no team yet. Make one, or open the link of an invitation.")
          : element("ul", { class: "cards" }, items.map((team) => element("li", {},
            element("a", { href: `/teams/${team.id}` }, element("strong", {}, team.name),
              element("span", {}, team.role === "admin" ? "You are an admin" : "You are a member")))))),
      element("div", {},
        element("h2", {}, "Make a team"),
        form("Make a team", {
          submit: "Make the team", fields: { "/name": name, "/public": isPublic },
          async action() {
            const made = await teams.make({
              name: needed(name, "/name", "Type a name."),
              public: (isPublic.control as HTMLInputElement).checked,
            }, once);
            go(`/teams/${made.id}`);
          },
        }))),
  };
};
