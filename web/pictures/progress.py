"""How far a campaign is: citizens' pledges, public money, and the goal."""

from functools import lru_cache
from typing import Final

from markupsafe import Markup

from web.format import KEPT
from web.languages import Catalogue

LENGTH: Final = 1_000
HEIGHT: Final = 24
OVER: Final = 2
"""A bar ends at twice the goal; what is beyond is in the words."""

_SVG: Final = Markup(
    '<svg class="picture progress mirrored" viewBox="0 0 {length} {height}" preserveAspectRatio="none" role="img" '
    'aria-label="{words}"><title>{words}</title><rect class="ground" width="{length}" height="{height}"/>'
    '<rect class="pledged" width="{pledged}" height="{height}"/>'
    '<rect class="matched" x="{pledged}" width="{matched}" height="{height}"/>{mark}</svg>'
)
_MARK: Final = Markup('<rect class="goal" x="{x}" width="6" height="{height}"/>')


@lru_cache(maxsize=KEPT)
def progress(words: Catalogue, raised: int, matched: int, goal: int) -> Markup:
    """Return a bar of what was pledged and matched, and a mark at the goal where the bar goes beyond it.

    Args:
        words: Language of the description.
        raised: Pledged by backers: base units.
        matched: Public money that the pledges called: base units.
        goal: What pledges must reach: base units, above zero.
    """
    whole = min(max(goal, raised + matched), OVER * goal)
    pledged = min(LENGTH, LENGTH * raised // whole)
    rest = min(LENGTH - pledged, LENGTH * matched // whole)
    description = words.gettext(
        "Pledged: %(pledged)s %% of the goal. Public money on top: %(matched)s %%.",
        pledged=100 * raised // goal,
        matched=100 * matched // goal,
    )
    mark = _MARK.format(x=LENGTH * goal // whole - 3, height=HEIGHT) if whole > goal else ""
    return _SVG.format(length=LENGTH, height=HEIGHT, words=description, pledged=pledged, matched=rest, mark=mark)
