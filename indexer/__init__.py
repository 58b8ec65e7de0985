"""Mirrors the events of the lab's contracts into SQL; the only writer of the mirrored tables."""
