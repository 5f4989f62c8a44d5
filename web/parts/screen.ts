/** The controls of each screen, and what its events mean for the flow. */

import { html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { ProblemTold } from "../atm/problem-texts.ts";
import type { PasswordJudge } from "../atm/password-judge.ts";
import type { Message, State, Typed } from "../atm/state.ts";
import type { Order } from "../atm/state.ts";
import { logInMessage, passwordsMessage, signUpMessage } from "../atm/typed-passwords.ts";
import { protocolOf } from "../atm/views.ts";
import "./atm-amount.ts";
import "./atm-change-password.ts";
import type { Passwords } from "./atm-change-password.ts";
import "./atm-choices.ts";
import "./atm-code.ts";
import "./atm-credentials.ts";
import type { Credentials } from "./atm-credentials.ts";
import "./atm-history.ts";
import "./atm-outcome.ts";
import "./atm-protocol-choice.ts";
import "./atm-review.ts";
import "./atm-session.ts";
import "./atm-stranger.ts";
import "./atm-transfer.ts";

type Tell = (message: Message) => void;
type Around = { problems: ProblemTold[]; atm: number | null; judge: PasswordJudge; tell: Tell };

export function screen({ view, desk }: State, around: Around) {
  const { problems, atm, judge, tell } = around;
  const back = (): void => tell({ type: "stepped_back" });
  const finish = (): void => tell({ type: "finished" });
  switch (view.screen) {
    case "log_in":
    case "sign_up":
      return entry({ view, desk }, around);
    case "code":
      return html`<atm-code
        .username=${view.username}
        .busy=${view.busy}
        .problems=${problems}
        @code=${({ detail: typed }: CustomEvent<string>) => tell({ type: "code_entered", typed })}
        @back=${back}
      ></atm-code>`;
    case "choose":
      return html`<atm-choices
        .protocol=${protocolOf(desk)}
        @choose=${({ detail: kind }: CustomEvent<Order["kind"]>) => tell({ type: "chosen", kind })}
      ></atm-choices>`;
    case "amount":
      return html`<atm-amount
        .kind=${view.kind}
        .protocol=${protocolOf(desk)}
        .typed=${view.typed}
        .problems=${problems}
        @amount=${({ detail: typed }: CustomEvent<string>) =>
          tell({ type: "amount_entered", typed })}
        @back=${back}
      ></atm-amount>`;
    case "transfer":
      return html`<atm-transfer
        .typed=${view.typed}
        .problems=${problems}
        @transfer=${({ detail: typed }: CustomEvent<Typed>) =>
          tell({ type: "transfer_entered", typed })}
        @back=${back}
      ></atm-transfer>`;
    case "review":
      return html`<atm-review
        .order=${view.order}
        .username=${view.username}
        .atm=${atm}
        @confirm=${() => tell({ type: "confirmed" })}
        @back=${back}
      ></atm-review>`;
    case "waiting":
      return nothing;
    case "history":
      return html`<atm-history
        .history=${view}
        @day=${({ detail: day }: CustomEvent<string>) => tell({ type: "day_entered", day })}
        @turn=${({ detail: to }: CustomEvent<"older" | "newer">) => tell({ type: "turned", to })}
        @finish=${finish}
      ></atm-history>`;
    case "session":
      return html`<atm-session
        .info=${view.info}
        .bank=${desk.bank}
        @finish=${finish}
      ></atm-session>`;
    case "password":
      return html`<atm-change-password
        .username=${view.username}
        .judge=${judge}
        .minimum=${desk.passwordCharsMin}
        .problems=${problems}
        @passwords=${({ detail }: CustomEvent<Passwords>) =>
          tell(passwordsMessage(detail, view.username, judge, desk.passwordCharsMin))}
        @back=${back}
      ></atm-change-password>`;
    case "stranger":
      return html`<atm-stranger
        .bank=${desk.bank}
        .problems=${problems}
        @digits=${({ detail: digits }: CustomEvent<string>) =>
          tell({ type: "digits_entered", digits })}
        @finish=${finish}
      ></atm-stranger>`;
    case "result":
    case "unknown":
    case "ended":
      return html`<atm-outcome
        .outcome=${view}
        .atm=${atm}
        @finish=${finish}
        @back=${back}
        @leave=${() => tell({ type: "left" })}
      ></atm-outcome>`;
  }
}

function entry({ view, desk }: State, { problems, judge, tell }: Around) {
  if (view.screen !== "log_in" && view.screen !== "sign_up") return nothing;
  const { passwordCharsMin: minimum } = desk;
  const entered = (typed: Credentials): Message =>
    view.screen === "log_in" ? logInMessage(typed) : signUpMessage(typed, judge, minimum);
  // A form of its own for each, so that no password is carried from one to the other.
  return keyed(
    view.screen,
    html`<atm-credentials
        .mode=${view.screen}
        .username=${view.username}
        .busy=${view.busy}
        .problems=${problems}
        .offersModern=${offersModern({ view, desk })}
        .judge=${judge}
        .minimum=${minimum}
        @choosing=${() => tell({ type: "choosing_password" })}
        @modern=${() => tell({ type: "protocol_chosen", protocol: "modern" })}
        @credentials=${({ detail }: CustomEvent<Credentials>) => tell(entered(detail))}
      ></atm-credentials>
      <atm-protocol-choice
        .protocol=${protocolOf(desk)}
        .bank=${desk.bank}
        .busy=${view.busy}
        @protocol=${({ detail: protocol }: CustomEvent<"modern" | "classic">) =>
          tell({ type: "protocol_chosen", protocol })}
      ></atm-protocol-choice>`,
  );
}

/** Classic does not say whether a code is missing; with a key there is a protocol that asks. */
const offersModern = ({ view, desk }: State): boolean =>
  desk.bank.type === "pinned" &&
  view.screen === "log_in" &&
  view.problems.some(({ type }) => type === "classic_failed");
