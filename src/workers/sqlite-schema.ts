/** The tables of the embedded store. Rows are appended; balances, tries, old outcomes change. */

export const SCHEMA_VERSION = 7;

const PROPOSALS = `
CREATE TABLE proposals (
  id INTEGER PRIMARY KEY, proposer INTEGER NOT NULL, account INTEGER NOT NULL,
  amount INTEGER NOT NULL, reason TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL
) STRICT;
`;

const AUDIT_OBJECT = "ALTER TABLE audit ADD COLUMN object TEXT;";

const ADDED_IN_2 = `
CREATE TABLE known_terminals (
  account INTEGER PRIMARY KEY, terminals TEXT NOT NULL
) STRICT;
CREATE TABLE standings (
  account INTEGER PRIMARY KEY, roles TEXT NOT NULL, disabled INTEGER NOT NULL, factor TEXT
) STRICT;
`;

const ADDED_IN_3 = "ALTER TABLE standings ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;";

/** What has been written down once, and is not to be again: the keys of notes that have one. */
const ADDED_IN_5 = "CREATE TABLE noted (key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;";

const THIS_VERSION = `PRAGMA user_version = ${SCHEMA_VERSION};`;

// What is written to all the time is as narrow as can be: whose an account is stands apart.
const ACCOUNTS = `
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, last_transaction INTEGER NOT NULL
) STRICT;
CREATE TABLE holders (
  account INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL,
  opened_at INTEGER NOT NULL, UNIQUE (kind, name)
) STRICT;
`;

/**
 * A row of `accounts` is at least as new as the floor; what the journal says behind that comes on
 * top (docs/decisions/0009, ./sqlite-tail.ts).
 */
const FLOOR = `
CREATE TABLE floor (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1), journal_id INTEGER NOT NULL
) STRICT;
INSERT INTO floor SELECT 1, coalesce(max(id), 0) FROM journal;
`;

/**
 * A row of the journal is its own audit row, and its own outcome (docs/decisions/0007): `sequence`
 * is its place in the audit, `key` what it was asked for under. Rows from before version 4 have the
 * place 0, and a row of the table `audit`; an adjustment has one as well, under the same place.
 */
export const SCHEMA = `
${ACCOUNTS}
CREATE TABLE credentials (
  account INTEGER PRIMARY KEY, password_hash TEXT NOT NULL
) STRICT;
CREATE TABLE login_attempts (
  key TEXT PRIMARY KEY, failures INTEGER NOT NULL, pending INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, amount INTEGER NOT NULL,
  debit INTEGER NOT NULL, debit_balance INTEGER NOT NULL, debit_previous INTEGER NOT NULL,
  credit INTEGER NOT NULL, credit_balance INTEGER NOT NULL, credit_previous INTEGER NOT NULL,
  memo TEXT, sequence INTEGER NOT NULL DEFAULT 0, origin TEXT, key TEXT
) STRICT;
CREATE TABLE outcomes (
  id INTEGER PRIMARY KEY, account INTEGER NOT NULL, key TEXT NOT NULL, content TEXT NOT NULL,
  journal_id INTEGER, rejection TEXT
) STRICT;
CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
  outcome TEXT NOT NULL, amount INTEGER, journal_id INTEGER, origin TEXT NOT NULL,
  object TEXT
) STRICT;
${ADDED_IN_2}
${PROPOSALS}
${ADDED_IN_3}
${ADDED_IN_5}
${FLOOR}
${THIS_VERSION}
`;

/** Old outcomes keep their order, before all that are numbered after their places in the audit. */
const TO_7 = "UPDATE outcomes SET id = id - 1 - (SELECT max(id) FROM outcomes);";

const TO_4 = `
ALTER TABLE journal ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE journal ADD COLUMN origin TEXT;
ALTER TABLE journal ADD COLUMN key TEXT;
ALTER TABLE accounts RENAME TO accounts_before_4;
${ACCOUNTS}
INSERT INTO accounts SELECT id, balance, last_transaction FROM accounts_before_4 ORDER BY id;
INSERT INTO holders SELECT id, kind, name, opened_at FROM accounts_before_4 ORDER BY id;
DROP TABLE accounts_before_4;
`;

/** Each brings a store up by one version; the first, one of version 1. */
const STEPS: readonly string[] = [
  `${ADDED_IN_2} ${PROPOSALS} ${AUDIT_OBJECT}`,
  ...[ADDED_IN_3, TO_4, ADDED_IN_5, FLOOR, TO_7],
];

/** What brings a store of an older version up to this one; by the version that it has. */
export const MIGRATIONS: ReadonlyMap<number, string> = new Map(
  STEPS.map((_, index) => [index + 1, [...STEPS.slice(index), THIS_VERSION].join("\n")]),
);
