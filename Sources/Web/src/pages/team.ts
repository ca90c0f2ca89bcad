import { teams } from "../api/account";
import { teamEvents } from "../api/api";
import { messageOf, Refusal } from "../api/problem";
import type { Team } from "../api/types";
import { element, isolated, replace } from "../dom/element";
import { confirmed } from "../dom/confirm";
import { field, form, needed } from "../dom/form";
import { go, MakePage, show } from "../router";
import { session } from "../session";
import { notify } from "../shell/notices";
import { watchQuest } from "../live/live";
import { notInTeam } from "../team/gone";
import { InviteBox } from "../team/invites";
import { memberTable } from "../team/members";
import { questForm, questList } from "../team/quests";
import { signInFirst } from "./teams";

export const teamPage: MakePage = async ({ parameters, signal }) => {
  const id = parameters["team"] ?? "";
  const me = session.personId;
  if (me === null) return signInFirst(`/teams/${id}`);
  const team = /^[0-9a-f-]{36}$/i.test(id) ? await teams.show(id, signal).catch(absent) : null;
  if (!team) return { title: "Team", content: notInTeam(null, false) };
  const isAdmin = team.role === "admin";
  const [members, quests] = await Promise.all([
    team.role ? memberTable(team, me, signal) : null, teams.quests(id, signal),
  ]);
  const invites = isAdmin ? new InviteBox(team, signal) : null;
  await invites?.load();
  const content = element("div", {});
  replace(content, element("div", { class: "columns" },
      element("div", {},
        element("h1", {}, team.name),
        element("p", { class: "hint" }, team.public ? "Everyone sees this team." : "Only its members see this team."),
        element("h2", {}, "Quests"), questList(quests.items),
        isAdmin ? await questForm(team, signal) : null),
      element("div", {},
        members ? [element("h2", {}, "Members"), members] : null,
        invites ? [element("h2", {}, "Invite somebody"), invites.root] : null,
        isAdmin ? settings(team) : null,
        team.role ? element("section", {}, element("h2", {}, "Leave"), leaving(team, me)) : null)));
  if (team.role) void watchMembership(team, content, signal);
  return { title: team.name, content };
};

/** Nothing where a team is not there for whoever asks. */
function absent(error: unknown): null {
  if (error instanceof Refusal && (error.status === 404 || error.status === 403)) return null;
  throw error;
}

/** Says so when the reader is taken out of the team, or the team comes to its end. */
async function watchMembership(team: Team, content: HTMLElement, signal: AbortSignal): Promise<void> {
  const gone = () => {
    if (!signal.aborted) replace(content, notInTeam(team.name, true));
  };
  const look = async () => {
    try {
      const now = await teams.show(team.id, signal).catch(absent);
      if (!now?.role) gone();
    } catch {
      // The next event asks again.
    }
  };
  // Without a place to begin at, the service says where it stands.
  const version = await teamEvents.events(team.id, undefined, signal).then((page) => page.version, () => 0);
  if (signal.aborted) return;
  watchQuest(team.id, {
    version,
    event: (event) => { if (/^(member|team)\./.test(event.kind)) void look(); },
    reset: () => void look(),
    confirmed: () => undefined,
    broken: () => undefined,
    ended: () => void look(),
  }, signal, teamEvents, `team.${team.id}`);
}

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
    confirmed("Leave the team", "Leave", () => leave(() => teams.remove(team.id, me), `You have left ${isolated(team.name)}.`)),
    team.role === "admin"
      ? confirmed("Dissolve the team", "Dissolve for good",
        () => leave(() => teams.dissolve(team.id), `${isolated(team.name)} is dissolved.`))
      : null);
}
