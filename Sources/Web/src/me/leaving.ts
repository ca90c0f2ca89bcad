import { account } from "../api/account";
import { messageOf } from "../api/problem";
import type { Me } from "../api/types";
import { element } from "../dom/element";
import { field, form, Mistake, needed } from "../dom/form";
import { go } from "../router";
import { session } from "../session";
import { notify } from "../shell/notices";

/** All that the service has of a person as a file, and the end of the account. */
export function leaving(known: Me): Node {
  const save = async () => {
    try {
      const address = URL.createObjectURL(await account.exported());
      element("a", { href: address, download: "mile-quest.json" }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      notify(messageOf(error));
    }
  };
  const password = field("Password", "password", {
    type: "password", autocomplete: "current-password", required: true,
  });
  const word = field("Type your name to be sure", "sure", { autocomplete: "off", required: true });
  return element("div", {},
    element("p", {}, element("button", { type: "button", onclick: save }, "Save all my data as a file")),
    element("details", {}, element("summary", {}, "Erase my account"),
      element("p", { class: "hint" }, "Your name, your address and your notes go for good. "
        + "What you have walked stays in the totals of your teams, without you."),
      form("Erase my account", {
        submit: "Erase for good", fields: { "/sure": word, "/password": password },
        async action() {
          if (word.control.value.trim() !== known.name) throw new Mistake("/sure", `Type ${known.name}.`);
          await account.erase(needed(password, "/password", "Type your password."));
          await session.ended();
          notify("Your account is erased.");
          go("/", { replace: true });
        },
      })));
}
