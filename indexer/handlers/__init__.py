"""What each event changes in the read models: (event rows, present rows they touch) -> changed rows.

Pure: no session, network or clock. Importing this package registers every handler.
"""

from indexer.handlers import authority, credit, crowdfunding, match_funding, registry
from indexer.handlers.folding import HANDLERS, TABLES, Place, Rows, fold, fold_journals, places

__all__ = [
    "HANDLERS",
    "TABLES",
    "Place",
    "Rows",
    "authority",
    "credit",
    "crowdfunding",
    "fold",
    "fold_journals",
    "match_funding",
    "places",
    "registry",
]
