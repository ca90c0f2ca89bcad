import { account, repeatable } from "../api/account";
import { messageOf } from "../api/problem";
import type { APIKey } from "../api/types";
import { confirmed } from "../dom/confirm";
import { element, replace } from "../dom/element";
import { choice, field, form, needed } from "../dom/form";
import { notify } from "../shell/notices";
import { moment } from "../units";

/** The keys that a person's programs use, and a form for another one. */
export function keys(items: APIKey[]): Node {
  const list = element("ul", { class: "walks" });
  const answer = element("div", { role: "status" });
  const draw = () => replace(list, items.filter((key) => key.revokedAt === null).map((key) =>
    element("li", {}, element("div", { class: "walk" },
      element("span", {}, element("strong", {}, key.name), ` ${key.scopes.join(", ")}`,
        key.lastUsedAt ? `, last used ${moment(key.lastUsedAt)}` : ", never used"),
      confirmed("End", `End ${key.name}`, async () => {
        try {
          await account.endKey(key.id);
          items = items.filter((each) => each !== key);
          draw();
        } catch (error) {
          notify(messageOf(error));
        }
      })))));
  const name = field("What it is for", "name", { required: true, maxlength: 200 });
  const scope = choice("It may", "scopes", [
    ["read", "only read"], ["read log", "read and log walks"], ["read log manage", "do all that I may"],
  ]);
  let once = repeatable();
  const made = form("Make a key", {
    submit: "Make a key", fields: { "/name": name, "/scopes": scope },
    async action() {
      const key = await account.makeKey({
        name: needed(name, "/name", "Type what it is for."), scopes: scope.control.value.split(" "),
      }, once);
      once = repeatable();
      name.control.value = "";
      items = [...items, key];
      draw();
      replace(answer, element("div", { class: "notice good" },
        element("p", {}, "This is the key. It is shown this once:"), element("p", { class: "secret" }, key.key)));
    },
  });
  draw();
  return element("div", {}, list, element("details", {}, element("summary", {}, "Make a key"), made), answer);
}
