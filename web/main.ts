/** The page's one script: defines the application element, which imports all that it is made of. */

import "./parts/atm-app.ts";
