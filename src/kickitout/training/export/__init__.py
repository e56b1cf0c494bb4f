"""From a run to a bundle: graphs, card, controls."""
