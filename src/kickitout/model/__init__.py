"""A model as files, and how it sounds: card, graphs, prior, controls, voice, steering. No torch."""
