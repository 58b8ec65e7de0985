// What the desk of an order loads beside the acts.

import { startAddress } from "./address.js";

startAddress();
