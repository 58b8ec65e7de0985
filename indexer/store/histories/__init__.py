"""Each row of each read model as a function of the whole history of its subject, and reading it at any block."""
