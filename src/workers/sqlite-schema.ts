/** The tables of the embedded store. Rows are appended; balances, tries, old outcomes change. */

export const SCHEMA_VERSION = 3;

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

const THIS_VERSION = `PRAGMA user_version = ${SCHEMA_VERSION};`;

export const SCHEMA = `
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, opened_at INTEGER NOT NULL,
  balance INTEGER NOT NULL, last_transaction INTEGER NOT NULL, UNIQUE (kind, name)
) STRICT;
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
  memo TEXT
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
${THIS_VERSION}
`;

/** What brings a store of an older version up to this one; by the version that it has. */
export const MIGRATIONS: ReadonlyMap<number, string> = new Map([
  [1, `${ADDED_IN_2} ${PROPOSALS} ${AUDIT_OBJECT} ${ADDED_IN_3} ${THIS_VERSION}`],
  [2, `${ADDED_IN_3} ${THIS_VERSION}`],
]);
