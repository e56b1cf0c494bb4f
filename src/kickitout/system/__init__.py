"""Files, workers, interrupts, randomness: modules that know nothing of kicks."""
