/**
 * The words of the audit: every action that an entry can name, and how each can end. An event that
 * is not in this table does not compile. docs/audit.md has the same table, for operators.
 */

/** The bank and the owner of its folder, as `who`: no user name has a space. */
export const THE_BANK = "the bank";
export const THE_OWNER = "the owner";

type Vocabulary = {
  readonly outcomes: readonly [string, ...string[]];
  /** What the object is; null where it is `who` itself, and then nothing is stored. */
  readonly object: string | null;
};

/** A password is checked first, whatever it is for. */
const PASSWORD = [
  ...(["ok", "failed", "locked", "throttled", "too_many_attempts", "busy"] as const),
  ...(["disabled", "code_required", "factor_required", "wrong_code", "code_locked"] as const),
] as const;
/** Of a change of what somebody logs in with. */
const STANDING = ["unknown_account", "account_disabled", "factor_set", "no_factor"] as const;

const MONEY = [
  ...(["ok", "unknown_account", "account_disabled", "unknown_vault"] as const),
  ...(["amount_not_positive", "amount_too_large", "insufficient_funds"] as const),
  ...(["balance_too_large", "vault_too_large", "idempotency_conflict"] as const),
] as const;

/** What breaks the rules of the wire, in the words of both protocols. */
const WIRE = [
  ...(["bad_json", "message_too_long", "not_an_object", "missing_field"] as const),
  ...(["unknown_field", "wrong_type", "unknown_action", "bad_username", "bad_password"] as const),
  ...(["bad_amount", "amount_too_large", "bad_mac", "bad_token", "stale_token"] as const),
  ...(["future_token", "bad_handshake", "bad_frame_length", "bad_frame", "bad_reply"] as const),
] as const;

/** A method that the roles of `who` do not permit. One that they do has an action of its own. */
const DENIED = { outcomes: ["not_permitted"], object: null } as const;
/** Of an operator's method; with a weak password, `who` has the role and may not act in it. */
const OPERATED = ["ok", "not_permitted", "weak_password"] as const;
const READING = { outcomes: [...OPERATED, "unknown_user"], object: null } as const;
const ON_USER = {
  outcomes: [...OPERATED, "unknown_user", "own_standing", "last_administrator"],
  object: "the user",
} as const;
const ON_PROPOSAL = [...OPERATED, "unknown_proposal", "own_proposal"] as const;

export const AUDIT_VOCABULARY = {
  signup: {
    outcomes: ["ok", "username_taken", "bad_password", "throttled"],
    object: "the new user, where the owner makes them",
  },
  login: { outcomes: [...PASSWORD, "unknown_account", "not_permitted"], object: null },
  logout: { outcomes: ["ok"], object: null },
  confirm: { outcomes: [...PASSWORD, "unknown_account"], object: null },
  change_password: { outcomes: [...PASSWORD, "unknown_account", "bad_password"], object: null },
  begin_factor: { outcomes: [...PASSWORD, "unknown_account"], object: null },
  enrol_factor: { outcomes: ["ok", "wrong_code", ...STANDING], object: null },
  remove_factor: { outcomes: [...PASSWORD, ...STANDING, "bad_password"], object: null },
  recovery_code: { outcomes: ["ok"], object: null },

  balance: { outcomes: ["ok", "unknown_account", "account_disabled"], object: null },
  deposit: { outcomes: MONEY, object: null },
  withdraw: { outcomes: [...MONEY, "confirmation_required"], object: null },
  transfer: {
    outcomes: [...MONEY, "unknown_recipient", "own_account", "confirmation_required"],
    object: "the recipient",
  },

  request: {
    outcomes: [
      ...WIRE,
      ...(["mac_failed", "replay_rejected"] as const),
      ...(["parse_error", "invalid_request", "unknown_method", "invalid_params"] as const),
      "amount_not_positive",
    ],
    object: null,
  },
  handshake: { outcomes: [...WIRE, "cut"], object: null },
  tls: {
    outcomes: [
      ...(["required", "no_tls", "handshake_failed", "not_authorized", "no_certificate"] as const),
      ...(["expired", "not_enrolled", "revoked", "register_unreadable"] as const),
    ],
    object: null,
  },
  session: {
    outcomes: [
      ...WIRE,
      ...(["closed", "cut", "ended_elsewhere", "timed_out_message", "timed_out_login"] as const),
      ...(["timed_out_request", "timed_out_reader", "timed_out_session"] as const),
    ],
    object: "`by` and who has ended it, if another has",
  },

  "account.balance": DENIED,
  "account.deposit": DENIED,
  "account.withdraw": DENIED,
  "account.transfer": { ...DENIED, object: "the recipient" },
  "account.history": DENIED,
  // Whoever is logged in may call these two, so no row of theirs is written as roles are today.
  "session.list": DENIED,
  "session.end": { ...DENIED, object: "the session" },

  "admin.init": { outcomes: ["ok", "not_permitted", "unknown_user"], object: "the user" },
  "admin.users": READING,
  "admin.show": { ...READING, object: "the user" },
  "admin.proposals": READING,
  "admin.lock": ON_USER,
  "admin.unlock": ON_USER,
  "admin.disable": ON_USER,
  "admin.enable": ON_USER,
  "admin.resetFactor": ON_USER,
  "admin.setRoles": { ...ON_USER, object: "the user and the roles" },
  "admin.adjust": {
    outcomes: [
      ...MONEY,
      "proposed",
      "not_permitted",
      "weak_password",
      "unknown_user",
      "own_account",
      "too_many_proposals",
    ],
    object: "the user",
  },
  "admin.approve": {
    outcomes: [...MONEY, ...ON_PROPOSAL, "own_account"],
    object: "the proposal",
  },
  "admin.reject": { outcomes: ON_PROPOSAL, object: "the proposal" },
  "admin.sessions": { ...READING, object: "the user, if it is one's alone" },
  "admin.endSession": {
    outcomes: [...OPERATED, "unknown_session"],
    object: "the user and the session",
  },
  "audit.list": { outcomes: OPERATED, object: "where it begins" },
  "audit.read": { outcomes: ["ok"], object: "the command" },

  start: { outcomes: ["ok", "no_stop_on_record"], object: "how the bank is set up" },
  stop: { outcomes: ["ok"], object: "how many sessions that ends" },
  "keys.rotate": { outcomes: ["ok"], object: "the key and its version" },
  "keys.retire": { outcomes: ["ok"], object: "the key and its version" },
  backup: { outcomes: ["ok"], object: "where it is, and when it was made" },
  restore: { outcomes: ["ok"], object: "the backup, and when it was made" },
} as const satisfies Record<string, Vocabulary>;

export type AuditAction = keyof typeof AUDIT_VOCABULARY;
export type AuditOutcome<A extends AuditAction = AuditAction> =
  (typeof AUDIT_VOCABULARY)[A]["outcomes"][number];

/** An action with one of its own outcomes. */
export type Noted = {
  [A in AuditAction]: { readonly action: A; readonly outcome: AuditOutcome<A> };
}[AuditAction];
