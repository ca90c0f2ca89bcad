import { account } from "../api/account";
import { me } from "../api/api";
import type { MailChoices, Me, Units } from "../api/types";
import { element } from "../dom/element";
import { choice, field, form, needed } from "../dom/form";
import { identities } from "../me/identities";
import { keys } from "../me/keys";
import { leaving } from "../me/leaving";
import { takeSignInAnswer } from "../me/sign-in-answer";
import { password, sessions } from "../me/sign-ins";
import { MakePage } from "../router";
import { session } from "../session";
import { notify } from "../shell/notices";
import { units } from "../units";
import { signInFirst } from "./teams";

const mails: [keyof MailChoices, string][] = [
  ["invitation", "Mail me when somebody invites me to a team"],
  ["milestone", "Mail me when a team of mine reaches a milestone"],
  ["completed", "Mail me when a team of mine completes a quest"],
  ["weekly", "Mail me each week what I and my teams have walked"],
];

export const mePage: MakePage = async ({ query, signal }) => {
  if (session.personId === null) return signInFirst("/me");
  const [known, signIns, apiKeys, others] = await Promise.all([
    me.show(signal), account.sessions(signal), account.keys(signal),
    identities(takeSignInAnswer(), query.get("with"), signal),
  ]);
  return {
    title: "Your account",
    content: element("div", { class: "columns" },
      element("div", {}, element("h1", {}, "Your account"),
        element("p", { class: "hint" }, known.email ?? "Without an e-mail address"), profile(known),
        element("h2", {}, "Your data"), leaving(known)),
      element("div", {},
        element("h2", {}, "Where you are signed in"), sessions(signIns.items),
        others,
        element("h2", {}, "Password"), password(),
        element("h2", {}, "Keys for programs"), keys(apiKeys.items))),
  };
};

function profile(known: Me): Node {
  let { revision } = known;
  const name = field("Name", "name", { autocomplete: "name", required: true });
  const zone = field("Time zone", "zone", { autocomplete: "off", required: true },
    "Such as Europe/London: where a walk that says nothing of it was walked.");
  const unit = choice("Units", "units", [["mi", "Miles"], ["km", "Kilometers"]]);
  name.control.value = known.name;
  zone.control.value = known.zone;
  unit.control.value = units.chosen;
  const wanted = mails.map(([key, text]) => {
    const made = field(text, key, { type: "checkbox" });
    (made.control as HTMLInputElement).checked = known.mail[key];
    return { key, made };
  });
  const fields = {
    "/name": name, "/zone": zone, "/units": unit,
    ...Object.fromEntries(wanted.map(({ key, made }) => [`/mail/${key}`, made])),
  };
  return form("Your account", {
    submit: "Save", fields,
    async action() {
      const changed = await account.change(revision, {
        name: needed(name, "/name", "Type your name."), zone: zone.control.value.trim(),
        units: unit.control.value as Units,
        mail: Object.fromEntries(wanted.map(({ key, made }) =>
          [key, (made.control as HTMLInputElement).checked])),
      });
      ({ revision } = changed);
      notify("Saved.");
      if (changed.units !== units.chosen) units.choose(changed.units);
    },
  });
}
