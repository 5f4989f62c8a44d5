/** The screens behind the choices, loaded while the customer reads those. */

import "./atm-amount.ts";
import "./atm-change-password.ts";
import "./atm-history.ts";
import "./atm-review.ts";
import "./atm-security.ts";
import "./atm-session.ts";
import "./atm-transfer.ts";
