import { teams } from "../api/account";
import { messageOf, Refusal } from "../api/problem";
import type { Team } from "../api/types";
import { element } from "../dom/element";
import { confirmed } from "../dom/confirm";
import { field, form, needed } from "../dom/form";
import { go, MakePage, show } from "../router";
import { session } from "../session";
import { notify } from "../shell/notices";
import { InviteBox } from "../team/invites";
import { memberTable } from "../team/members";
import { questForm, questList } from "../team/quests";
import { signInFirst } from "./teams";

export const teamPage: MakePage = async ({ parameters, signal }) => {
  const id = parameters["team"] ?? "";
  if (!/^[0-9a-f-]{36}$/i.test(id)) throw new Refusal(404, "not-found", "", [], null);
  const me = session.personId;
  if (me === null) return signInFirst(`/teams/${id}`);
  const team = await teams.show(id, signal);
  const isAdmin = team.role === "admin";
  const [members, quests] = await Promise.all([
    team.role ? memberTable(team, me, signal) : null, teams.quests(id, signal),
  ]);
  const invites = isAdmin ? new InviteBox(team, signal) : null;
  await invites?.load();
  return {
    title: team.name,
    content: element("div", { class: "columns" },
      element("div", {},
        element("h1", {}, team.name),
        element("p", { class: "hint" }, team.public ? "Everyone sees this team." : "Only its members see this team."),
        element("h2", {}, "Quests"), questList(quests.items),
        isAdmin ? await questForm(team, signal) : null),
      element("div", {},
        members ? [element("h2", {}, "Members"), members] : null,
        invites ? [element("h2", {}, "Invite somebody"), invites.root] : null,
        isAdmin ? settings(team) : null,
        team.role ? element("section", {}, element("h2", {}, "Leave"), leaving(team, me)) : null)),
  };
};

function settings(team: Team): Node {
  const name = field("Name", "name", { required: true, maxlength: 200 });
  const isPublic = field("Public", "public", { type: "checkbox" });
  name.control.value = team.name;
  (isPublic.control as HTMLInputElement).checked = team.public;
  return element("details", {}, element("summary", {}, "Name and visibility"),
    form("Change the team", {
      submit: "Save", fields: { "/name": name, "/public": isPublic },
      async action() {
        await teams.change(team, {
          name: needed(name, "/name", "Type a name."),
          public: (isPublic.control as HTMLInputElement).checked,
        });
        await show();
      },
    }));
}

function leaving(team: Team, me: string): Node {
  const leave = async (action: () => Promise<void>, text: string) => {
    try {
      await action();
      notify(text);
      go("/teams");
    } catch (error) {
      notify(messageOf(error));
    }
  };
  return element("div", {},
    element("p", { class: "hint" }, "What you have walked stays in the team's total."),
    confirmed("Leave the team", "Leave", () => leave(() => teams.remove(team.id, me), `You have left ${team.name}.`)),
    team.role === "admin"
      ? confirmed("Dissolve the team", "Dissolve for good",
        () => leave(() => teams.dissolve(team.id), `${team.name} is dissolved.`))
      : null);
}
