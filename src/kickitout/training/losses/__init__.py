"""What the networks are asked for: the adversarial loss, and the named terms beside it."""
