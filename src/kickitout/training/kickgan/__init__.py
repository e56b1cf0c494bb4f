"""The flagship: networks, critics, energy scores, representation, trainer."""
