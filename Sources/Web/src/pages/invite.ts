import { invites } from "../api/account";
import { messageOf, Refusal } from "../api/problem";
import { element, isolated, named } from "../dom/element";
import { form } from "../dom/form";
import { go, MakePage } from "../router";
import { session } from "../session";
import { notify } from "../shell/notices";
import { moment } from "../units";

const spent: Record<string, string> = {
  "invite-used": "Somebody has joined by this invitation already.",
  "invite-revoked": "This invitation was taken back.",
  "invite-expired": "This invitation has expired.",
};

/** Shows what an invite offers. Only a person's click spends it: previews of links in chats do not. */
export const invitePage: MakePage = async ({ parameters, signal }) => {
  const code = parameters["code"] ?? "";
  try {
    if (!/^[0-9a-f-]{36}$/i.test(code)) throw new Refusal(404, "not-found", "", [], null);
    const offer = await invites.show(code, signal);
    const here = `/invites/${code}`;
    return {
      title: "Invitation",
      content: element("div", { class: "narrow" },
        element("h1", {}, "Walk with ", named(offer.teamName)),
        element("p", {}, `You are invited to join as ${offer.role === "admin" ? "an admin" : "a member"}. `
          + `The invitation is good for one person until ${moment(offer.expiresAt)}.`),
        session.personId === null
          ? element("p", {}, element("a", { class: "button", href: `/sign-up?return=${here}` }, "Sign up"), " ",
            element("a", { href: `/sign-in?return=${here}` }, "Sign in"))
          : form("Join", {
            submit: "Join the team", fields: {},
            async action() {
              const team = await invites.redeem(code);
              notify(`You are in ${isolated(team.name)} now.`);
              go(`/teams/${team.id}`, { replace: true });
            },
          })),
    };
  } catch (error) {
    if (!(error instanceof Refusal) || error.status >= 500) throw error;
    return {
      title: "Invitation",
      content: element("div", { class: "narrow" }, element("h1", {}, "Invitation"),
        element("p", { role: "alert" }, spent[error.code] ?? messageOf(error)),
        element("p", {}, "Ask the team for another one.")),
    };
  }
};
