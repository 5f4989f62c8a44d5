/**
 * An operator's client of the modern protocol: asks whatever a bank answers. Apart from
 * `ModernClient`, so that a customer's page carries nothing of operators.
 */
import type { Ciphers } from "../protocol/ciphers.ts";
import { METHOD_CODECS } from "../protocol/method-codecs.ts";
import type { Method, Params, Result } from "../protocol/methods.ts";
import type { OperatorMethod } from "../protocol/operator-methods.ts";
import {
  CUSTOMER_CHANGES,
  ModernClient,
  type Dial,
  type ModernClientOptions,
} from "./modern-client.ts";

const OPERATOR_CHANGES: ReadonlySet<Method> = new Set<OperatorMethod>([
  "admin.lock",
  "admin.unlock",
  "admin.disable",
  "admin.enable",
  "admin.resetFactor",
  "admin.setRoles",
  "admin.adjust",
  "admin.approve",
  "admin.reject",
  "admin.endSession",
]);

export class OperatorClient extends ModernClient {
  /** As `ModernClient.connect`. */
  static override connect(
    dial: Dial,
    ciphers: Ciphers,
    bankPublicKey: Uint8Array,
    options: ModernClientOptions = {},
  ): Promise<OperatorClient> {
    const keys = { ciphers, bankPublicKey };
    return ModernClient.open(dial, keys, options, (line, secured) => {
      return new OperatorClient(line, secured, options);
    });
  }

  override call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    const isChange = CUSTOMER_CHANGES.has(method) || OPERATOR_CHANGES.has(method);
    return this.ask({ method, codec: METHOD_CODECS[method], isChange }, params);
  }
}
