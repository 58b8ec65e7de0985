"""The marketplace: what is listed, the orders, and where their legs went."""
