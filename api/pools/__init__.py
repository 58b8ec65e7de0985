"""Pools: public money that matches pledges, who paid it in, and what became of each unit."""
