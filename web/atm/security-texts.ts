/** What the screens of the second factor and the sessions say. */

import type { Words } from "./outcome-texts.ts";
import type { Told } from "./problem-texts.ts";
import type { SecurityNews, SecurityView } from "./state.ts";

export function securityWords(view: SecurityView): Words {
  switch (view.screen) {
    case "security":
      return said("Security", view.news === null ? null : NEWS[view.news]);
    case "factor_begin":
      return said("Turn on the second factor", null);
    case "factor_enrol":
      return said("Add the secret to your authenticator", null);
    case "recovery_codes":
      return said("Keep your recovery codes", {
        text: "Your second factor is on.",
        more: "From now on the bank asks for a code wherever it asks for your password.",
      });
    case "factor_remove":
      return said("Turn off the second factor", null);
  }
}

const said = (heading: string, status: Told | null): Words => ({ heading, status, alert: null });

const NEWS: Record<SecurityNews, Told> = {
  factor_on: { text: "Your second factor is on.", more: "Your recovery codes are with you alone." },
  factor_off: {
    text: "Your second factor is off.",
    more: "Your password alone opens your account. The old secret and codes open nothing.",
  },
  session_ended: { text: "That session is over.", more: "" },
  session_gone: { text: "That session was over already.", more: "" },
};
