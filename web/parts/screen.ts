/** The controls of each screen, and what its events mean for the flow. */

import { html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { ProblemTold } from "../atm/problem-texts.ts";
import type { PasswordJudge } from "../atm/password-judge.ts";
import type { Message, State, Typed } from "../atm/state.ts";
import type { Order, SecurityView, View } from "../atm/state.ts";
import { logInMessage, passwordsMessage, signUpMessage } from "../atm/typed-passwords.ts";
import type { TypedPasswords } from "../atm/typed-passwords.ts";
import { protocolOf } from "../atm/views.ts";
import "./atm-choices.ts";
import "./atm-code.ts";
import "./atm-credentials.ts";
import type { Credentials } from "./atm-credentials.ts";
import type { FactorProof } from "./atm-factor-proof.ts";
import "./atm-outcome.ts";
import "./atm-protocol-choice.ts";
import "./atm-stranger.ts";

type Tell = (message: Message) => void;
type Around = {
  problems: ProblemTold[];
  atm: number | null;
  judge: PasswordJudge;
  /** The customer would not have balances shown. */
  hides: boolean;
  tell: Tell;
};

export function screen({ view, desk }: State, around: Around) {
  const { problems, atm, judge, hides, tell } = around;
  if (view.screen === "choose") void load().catch(() => undefined);
  if (LATER.includes(view.screen)) void load().catch(() => tell({ type: "part_missing" }));
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
        .hides=${hides}
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
        .hasFactor=${desk.hasFactor}
        .problems=${problems}
        @passwords=${({ detail }: CustomEvent<TypedPasswords>) =>
          tell(passwordsMessage(detail, view.username, judge, desk.passwordCharsMin))}
        @back=${back}
      ></atm-change-password>`;
    case "security":
    case "factor_begin":
    case "factor_enrol":
    case "recovery_codes":
    case "factor_remove":
      return security(view, problems, tell);
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
        .hides=${hides}
        @finish=${finish}
        @back=${back}
        @leave=${() => tell({ type: "left" })}
      ></atm-outcome>`;
  }
}

/** What `later-screens.ts` has. */
const LATER: readonly View["screen"][] = [
  ...(["amount", "transfer", "review", "password", "history", "session"] as const),
  ...(["security", "factor_begin", "factor_enrol", "recovery_codes", "factor_remove"] as const),
];
let loading: Promise<unknown> | null = null;

/** Where it fails it is tried again when next needed. */
function load(): Promise<unknown> {
  return (loading ??= import("./later-screens.ts").catch((error: unknown) => {
    loading = null;
    throw error;
  }));
}

function security(view: SecurityView, problems: ProblemTold[], tell: Tell) {
  return html`<atm-security
    .view=${view}
    .problems=${problems}
    @choose=${({ detail: kind }: CustomEvent<Order["kind"]>) => tell({ type: "chosen", kind })}
    @session=${({ detail: session }: CustomEvent<string>) =>
      tell({ type: "session_chosen", session })}
    @proof=${({ detail }: CustomEvent<FactorProof>) => tell({ type: "proof_entered", ...detail })}
    @code=${({ detail: typed }: CustomEvent<string>) => tell({ type: "code_entered", typed })}
    @finish=${() => tell({ type: "finished" })}
    @back=${() => tell({ type: "stepped_back" })}
  ></atm-security>`;
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
