"""Tests of the indexer, against a fake chain."""
