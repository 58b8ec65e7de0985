"""The local lab: its chain, its people, their documents, what happens to them, and the checks."""
