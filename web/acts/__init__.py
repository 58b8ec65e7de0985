"""Every contract act that people do on pages, said once: which function it calls, with what, and in which words.

`acts.model` is what an act is made of, `acts.forms` makes the form of one for a page, and every other file here holds
the acts of one subject. The macro `act_form` draws the form, web/wallet/act.js does the rest.
"""

from collections.abc import Iterable
from typing import Final

from web.acts import (
    backing,
    baskets,
    campaigns,
    credit,
    delayed,
    entities,
    guard,
    market,
    pools,
    pro_bono,
    rulings,
    treasury,
)
from web.acts.model import Act

SUBJECTS: Final = (backing, entities, campaigns, pools, pro_bono, credit, market, baskets, rulings, treasury, guard)

ALL: Final[Iterable[Act]] = (*(act for subject in SUBJECTS for act in subject.ACTS), delayed.WITHDRAW)
"""Every act; tests compare them with the ABIs, and with what the relay carries."""
