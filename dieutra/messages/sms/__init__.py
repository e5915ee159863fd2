"""Short messages: the number, the text and its segments, and the gateways that take them."""
