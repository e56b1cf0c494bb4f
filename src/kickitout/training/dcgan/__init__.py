"""The draft's system: networks, augmentation, representation, trainer."""
