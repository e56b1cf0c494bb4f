"""Kick It Out: the open kick drum machine."""
