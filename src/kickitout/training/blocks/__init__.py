"""What networks of all families share: layers, losses, transforms, the world of processes."""
