"""What each event changes in the read models: (event rows, present rows they touch) -> changed rows.

Pure: no session, network or clock. Importing this package registers every handler.
"""

from indexer.handlers import authority, credit, crowdfunding, marketplace, match_funding, pro_bono, registry
from indexer.handlers.folding import HANDLERS, TABLES, Place, Rows, fold, fold_journals, linked_places, places

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
    "linked_places",
    "marketplace",
    "match_funding",
    "places",
    "pro_bono",
    "registry",
]
