"""Campaigns: the list that people search, one campaign whole, and its records."""

from fastapi import APIRouter

from web.campaigns import lists, one, records

__all__ = ["router"]

router = APIRouter()
for page in (lists, one, records):
    router.include_router(page.router)
