"""Every contract act that people do on pages, said once: which function it calls, with what, and in which words.

`acts.model` is what an act is made of, `acts.forms` makes the form of one for a page, and every other file here holds
the acts of one subject. The macro `act_form` draws the form, web/wallet/act.js does the rest.
"""

from collections.abc import Iterable
from typing import Final

from web.acts import backing, campaigns, credit, delayed, entities, guard, market, pools, pro_bono, rulings, treasury
from web.acts.model import Act

ALL: Final[Iterable[Act]] = (
    *(
        *backing.ACTS,
        *entities.ACTS,
        *campaigns.ACTS,
        *pools.ACTS,
        *pro_bono.ACTS,
        *credit.ACTS,
        *market.ACTS,
        *rulings.ACTS,
    ),
    *(*treasury.ACTS, *guard.ACTS, delayed.WITHDRAW),
)
"""Every act; tests compare them with the ABIs, and with what the relay carries."""
