/** `secure-atm admin init` says that there is an administrator only where there is one. */

import { describe, expect, it } from "vitest";
import { signUpAdministrator } from "../../src/cli/admin-init.ts";
import { openSqliteStore } from "../../src/workers/sqlite-store.ts";
import { StoreFull } from "../../src/workers/store.ts";
import { openLedger } from "../workers/faulty-store.ts";

describe("the first administrator", () => {
  it.for([
    ["is none where there is no room, and that is told", new StoreFull("no room"), []],
    ["is on record, with her role", null, [["administrator"]]],
  ] as const)("%s", ([, fault, roles]) => {
    const { folder, store, ledger } = openLedger();
    store.fault = fault;
    const made = () => signUpAdministrator(ledger, { username: "ada", passwordHash: "a hash" });
    if (fault === null) made();
    else expect(made).toThrow(expect.objectContaining({ name: "CommandFailed", code: 3 }));
    ledger.close();
    const later = openSqliteStore({ folder });
    const { customers, standings } = later.load();
    later.close();
    expect(Array.from(standings.values(), (standing) => standing.roles)).toEqual(roles);
    expect(customers.size).toBe(roles.length);
  });
});
