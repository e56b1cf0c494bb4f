"""The page of a report: HTML and its plots."""
