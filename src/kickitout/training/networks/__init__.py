"""The networks: what is between a latent and a representation, and between a representation and a score."""
