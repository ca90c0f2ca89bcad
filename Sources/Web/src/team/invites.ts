import { invites, repeatable } from "../api/account";
import { messageOf } from "../api/problem";
import type { Invite, Team } from "../api/types";
import { copyButton } from "../dom/copy";
import { element, replace } from "../dom/element";
import { choice, field, form } from "../dom/form";
import { notify } from "../shell/notices";
import { moment } from "../units";
import { qrPicture } from "./qr-picture";

/** Makes invites of a team, as a link and a code to be read by phones, and takes them back. */
export class InviteBox {
  readonly root = element("section", {});
  private readonly made = element("div", { role: "status" });
  private readonly list = element("div", {});
  private once = repeatable();

  constructor(private readonly team: Team, private readonly signal: AbortSignal) {
    const role = choice("Joins as", "role", [["member", "Member"], ["admin", "Admin"]]);
    const email = field("Send it to (if you like)", "email", { type: "email", autocomplete: "off" });
    this.root.append(form("Invite somebody", {
      submit: "Make an invitation", fields: { "/role": role, "/email": email },
      action: async () => {
        const address = email.control.value.trim();
        const invite = await invites.make(team.id, {
          role: role.control.value, ...(address ? { email: address } : {}),
        }, this.once);
        this.once = repeatable();
        email.control.value = "";
        this.show(invite.code, invite.expiresAt);
        await this.load();
      },
    }), this.made, this.list);
  }

  private show(code: string, expiresAt: string): void {
    const link = `${location.origin}/invites/${code}`;
    const shown = field("Link of the invitation", "link", { readonly: true });
    shown.control.value = link;
    replace(this.made, element("div", { class: "notice good" },
      element("p", {}, `One person can join by it until ${moment(expiresAt)}. It is shown this once.`),
      shown.row,
      copyButton(shown),
      qrPicture(link)));
  }

  async load(): Promise<void> {
    const { items } = await invites.list(this.team.id, this.signal);
    const open = items.filter((invite) => invite.status === "open");
    replace(this.list, open.length === 0 ? null : [
      element("h3", {}, "Open invitations"),
      element("ul", { class: "walks" }, open.map((invite) => this.row(invite))),
    ]);
  }

  private row(invite: Invite): Node {
    const text = `As ${invite.role}, until ${moment(invite.expiresAt)}`;
    return element("li", {}, element("div", { class: "walk" }, element("span", {}, text),
      element("button", {
        type: "button", class: "plain", "aria-label": `Take back the invitation: ${text}`,
        onclick: async () => {
          try {
            await invites.revoke(this.team.id, invite.id);
            replace(this.made);
            await this.load();
          } catch (error) {
            notify(messageOf(error));
          }
        },
      }, "Take back")));
  }
}
