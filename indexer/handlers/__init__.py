"""What each event changes in the read models: (event rows, present rows they touch) -> changed rows.

Pure: no session, network or clock. Importing this package registers every handler. A handler returns for each row it
touches the columns that change (all of them where there was no row), or None; the present row may be part of it, but
copying a wide row for each event takes longer than everything else about it.
"""

from indexer.handlers import authority, credit, crowdfunding, marketplace, match_funding, pro_bono, registry
from indexer.handlers.folding import HANDLERS, TABLES, Place, Rows, Working, by_table, fold, linked_places, places

__all__ = [
    "HANDLERS",
    "TABLES",
    "Place",
    "Rows",
    "Working",
    "authority",
    "by_table",
    "credit",
    "crowdfunding",
    "fold",
    "linked_places",
    "marketplace",
    "match_funding",
    "places",
    "pro_bono",
    "registry",
]
