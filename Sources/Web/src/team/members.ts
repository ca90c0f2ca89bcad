import { teams } from "../api/account";
import { messageOf } from "../api/problem";
import type { Member, Team } from "../api/types";
import { confirmed } from "../dom/confirm";
import { element } from "../dom/element";
import { show } from "../router";
import { notify } from "../shell/notices";

/** The members of a team; its admins change their roles here. */
export async function memberTable(team: Team, me: string, signal: AbortSignal): Promise<Node> {
  const members: Member[] = [];
  let next: string | null = `/v1/teams/${team.id}/members?limit=500`;
  while (next !== null && members.length < 10_000) {
    const page: { items: Member[]; next: string | null } = await teams.members(next, signal);
    members.push(...page.items);
    next = page.next;
  }
  const change = async (action: Promise<unknown>) => {
    try {
      await action;
      await show();
    } catch (error) {
      notify(messageOf(error));
    }
  };
  const row = (member: Member) => {
    const name = member.personName ?? "Somebody who has left";
    const other = member.role === "admin" ? "member" : "admin";
    const isOther = member.personId !== me;
    return element("li", {}, element("div", { class: "walk" },
      element("div", {}, element("strong", {}, name),
        member.role === "admin" ? element("span", { class: "tag" }, "admin") : null,
        isOther ? null : element("span", { class: "tag" }, "you")),
      team.role === "admin" ? element("div", { class: "actions" },
        element("button", {
          type: "button", class: "plain", "aria-label": `Make ${name} ${other === "admin" ? "an admin" : "a member"}`,
          onclick: () => change(teams.setRole(team.id, member.personId, other)),
        }, other === "admin" ? "Make admin" : "Make member"),
        isOther ? confirmed("Remove", `Remove ${name}`, () => change(teams.remove(team.id, member.personId)))
          : null) : null));
  };
  return element("ul", { class: "walks" }, members.map(row));
}
