"""Campaigns: their terms, totals, milestones, and what may be done next."""

from api.campaigns.routes import router

__all__ = ["router"]
