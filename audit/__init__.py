"""The auditor's own tool: checks the records of a lab against the chain, and believes only a block hash.

It imports nothing of the indexer, the API or the pages. What it needs of the project is `deployments`: where the
contracts are and what their events look like.
"""
