// What the desk of an order loads beside the acts.

import { startAddress } from "./address.js";

startAddress();
// A link to the page that is open already changes nothing but what stands behind its #.
addEventListener("hashchange", startAddress);
