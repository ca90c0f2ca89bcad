import { links, repeatable } from "../api/account";
import { messageOf } from "../api/problem";
import type { QuestLink } from "../api/types";
import { confirmed } from "../dom/confirm";
import { copyButton } from "../dom/copy";
import { element, replace } from "../dom/element";
import { field, form, needed } from "../dom/form";
import { notify } from "../shell/notices";
import { moment } from "../units";

/** Makes private links to a quest, and takes them back. */
export class LinkBox {
  readonly root = element("section", { class: "panel", "aria-label": "Private links" });
  private readonly made = element("div", { role: "status" });
  private readonly list = element("div", {});
  private once = repeatable();

  constructor(private readonly quest: string, private readonly signal: AbortSignal) {
    const name = field("What it is for", "name", { required: true, maxlength: 200, autocomplete: "off" });
    const names = field("Show what people are called", "names", { type: "checkbox" });
    this.root.append(element("h2", {}, "Private links"),
      element("p", { class: "hint" }, "Whoever has such a link sees this quest, without an account, and nothing else."),
      this.list, element("details", {}, element("summary", {}, "Make a link"),
        form("Make a private link", {
          submit: "Make the link", fields: { "/name": name, "/showsNames": names },
          action: async () => {
            const link = await links.make(quest, {
              name: needed(name, "/name", "Type what it is for."),
              showsNames: (names.control as HTMLInputElement).checked,
            }, this.once);
            this.once = repeatable();
            name.control.value = "";
            this.show(link.secret);
            await this.load();
          },
        })), this.made);
  }

  private show(secret: string): void {
    const shown = field("The link", "link", { readonly: true });
    shown.control.value = `${location.origin}/view#${secret}`;
    replace(this.made, element("div", { class: "notice good" },
      element("p", {}, "It is shown this once."), shown.row, copyButton(shown)));
  }

  async load(): Promise<void> {
    const { items } = await links.list(this.quest, this.signal);
    const open = items.filter((link) => link.revokedAt === null);
    replace(this.list, open.length === 0 ? element("p", { class: "hint" }, "There is none.")
      : element("ul", { class: "walks" }, open.map((link) => this.row(link))));
  }

  private row(link: QuestLink): Node {
    return element("li", {}, element("div", { class: "walk" },
      element("span", {}, element("strong", {}, link.name),
        ` since ${moment(link.createdAt)}, ${link.showsNames ? "with" : "without"} names`),
      confirmed("Take back", `Take back ${link.name}`, async () => {
        try {
          await links.revoke(this.quest, link.id);
          replace(this.made);
          await this.load();
        } catch (error) {
          notify(messageOf(error));
        }
      })));
  }
}
