"""Sample numbers in one place, so that a test shows only what differs from them."""

from scripts.deploy import DAY

EURO = 10**6  # base units of the test euro
CREDIT = 10**18  # base units of the innovation credit

SSE, PUBLIC_BODY, PROVIDER, MEMBER = 1, 2, 4, 8

HASH = bytes.fromhex("11" * 32)
OTHER_HASH = bytes.fromhex("22" * 32)
REASON = bytes.fromhex("33" * 32)
TERRITORY = b"ES-SE".ljust(8, b"\0")

WEEK = 7 * DAY
HOURS = 100
CONFIRM_WINDOW = 14 * DAY
ESCROW_RULING_WINDOW = 30 * DAY

VERIFICATION = 365 * DAY

GOAL = 1_000 * EURO
STRETCH_GOAL = 2_000 * EURO
MIN_PLEDGE = 5 * EURO
OPENING_DELAY = 2 * DAY
LIVE = 20 * DAY
EXTENSION = 10 * DAY
WITHDRAWAL_CUTOFF = 3 * DAY
OBJECTION_WINDOW = 7 * DAY
RULING_WINDOW = 14 * DAY
CLAIM_DURATION = 30 * DAY
#: (share in basis points, seconds from the deadline to the due date)
MILESTONES = ((3_000, 60 * DAY), (3_000, 120 * DAY), (4_000, 180 * DAY))

POOL_WINDOW = 365 * DAY
POOL_FUNDS = 1_500 * EURO
CAMPAIGN_CAP = 600 * EURO
RATIO_BPS = 5_000
MEMBER_CAP = 100 * EURO
MAX_FIRST_TRANCHE_BPS = 3_000
GIFT = 400 * EURO
MIN_MEMBERS = 2
MIN_MEMBER_PLEDGE = 10 * EURO
