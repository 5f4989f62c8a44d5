/** What is asked of the embedded store: the writer's statements, prepared once. */

import type { DatabaseSync, StatementSync } from "node:sqlite";

export type Statements = ReturnType<typeof prepareStatements>;

export function prepareStatements(database: DatabaseSync) {
  return {
    accounts: database.prepare("SELECT id, kind, name, balance, last_transaction FROM accounts"),
    attempts: database.prepare("SELECT key, failures, pending, last_at FROM login_attempts"),
    knownTerminals: database.prepare("SELECT account, terminals FROM known_terminals"),
    setKnownTerminals: database.prepare("INSERT OR REPLACE INTO known_terminals VALUES (?, ?)"),
    standings: database.prepare("SELECT * FROM standings"),
    setStanding: database.prepare("INSERT OR REPLACE INTO standings VALUES (?, ?, ?, ?, ?)"),
    deleteStanding: database.prepare("DELETE FROM standings WHERE account = ?"),
    lastTransaction: database.prepare("SELECT max(id) AS last FROM journal"),
    lastAudit: database.prepare(
      "SELECT sequence AS last, at FROM audit ORDER BY sequence DESC LIMIT 1",
    ),
    lastOutcome: database.prepare("SELECT max(id) AS last FROM outcomes"),
    outcomes: database.prepare("SELECT id, account, key FROM outcomes ORDER BY id"),
    outcome: database.prepare("SELECT * FROM outcomes WHERE id = ?"),
    posting: database.prepare("SELECT * FROM journal WHERE id = ?"),
    passwordHash: database.prepare("SELECT password_hash FROM credentials WHERE account = ?"),
    insertAccount: database.prepare("INSERT INTO accounts VALUES (?, ?, ?, ?, 0, 0)"),
    insertCredentials: database.prepare("INSERT INTO credentials VALUES (?, ?)"),
    setAttempts: database.prepare("INSERT OR REPLACE INTO login_attempts VALUES (?, ?, ?, ?)"),
    deleteAttempts: database.prepare("DELETE FROM login_attempts WHERE key = ?"),
    setPassword: database.prepare("UPDATE credentials SET password_hash = ? WHERE account = ?"),
    proposals: database.prepare("SELECT * FROM proposals"),
    insertProposal: database.prepare("INSERT INTO proposals VALUES (?, ?, ?, ?, ?, ?, ?)"),
    setProposal: database.prepare("UPDATE proposals SET state = ? WHERE id = ?"),
    insertPosting: database.prepare("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    insertOutcome: database.prepare("INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?)"),
    deleteOutcome: database.prepare("DELETE FROM outcomes WHERE id = ?"),
    insertAudit: database.prepare("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    setBalance: database.prepare(
      "UPDATE accounts SET balance = ?, last_transaction = ? WHERE id = ?",
    ),
  };
}

/** A number in the first row, 0 where there is no row or no value. */
export const numberOf = (statement: StatementSync, column: string): number =>
  Number(statement.get()?.[column] ?? 0);
