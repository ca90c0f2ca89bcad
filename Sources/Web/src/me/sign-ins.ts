import { account } from "../api/account";
import { messageOf } from "../api/problem";
import type { Session } from "../api/types";
import { element } from "../dom/element";
import { field, form, Mistake, needed } from "../dom/form";
import { show } from "../router";
import { notify } from "../shell/notices";
import { moment } from "../units";

/** Where somebody is signed in; all but this browser can be ended. */
export function sessions(items: Session[]): Node {
  return element("ul", { class: "walks" }, items.map((each) => {
    const text = `Since ${moment(each.createdAt)}, last used ${moment(each.refreshedAt)}`;
    return element("li", {}, element("div", { class: "walk" },
      element("span", {}, text, each.current ? element("span", { class: "tag" }, "this browser") : null),
      each.current ? null : element("button", {
        type: "button", class: "plain", "aria-label": `Sign out there: ${text}`,
        onclick: async () => {
          try {
            await account.endSession(each.id);
            await show();
          } catch (error) {
            notify(messageOf(error));
          }
        },
      }, "Sign out there")));
  }));
}

export function password(): Node {
  const present = field("Present password", "currentPassword", {
    type: "password", autocomplete: "current-password", required: true,
  });
  const next = field("New password", "newPassword", {
    type: "password", autocomplete: "new-password", required: true,
  }, "8 characters or more. Other browsers are signed out.");
  return element("details", {}, element("summary", {}, "Change the password"),
    form("Change the password", {
      submit: "Change the password", fields: { "/currentPassword": present, "/newPassword": next },
      async action() {
        if ([...next.control.value].length < 8) throw new Mistake("/newPassword", "Choose 8 characters or more.");
        await account.password(
          needed(present, "/currentPassword", "Type your present password."), next.control.value);
        notify("The password is changed.");
        await show();
      },
    }));
}
