"""From folders of samples to a prepared library: scan, normalise, reject, de-duplicate, split, store, report."""
