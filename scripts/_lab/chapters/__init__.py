"""The story: five pilots, the people around them, and what became of what they began.

Each chapter puts its scenes on stage; the stage plays them in the order of their days, so that chapters interleave.
"""

from scripts._lab.chapters import campaigns, credit, lab, marketplace, probono
from scripts._lab.stage import Stage


def everything(stage: Stage) -> None:
    """Puts the whole story on stage."""
    for part in (lab, credit, campaigns, marketplace, probono):
        for chapter in part.CHAPTERS:
            chapter(stage)
