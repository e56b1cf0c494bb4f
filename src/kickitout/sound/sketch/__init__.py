"""The parts of a kick (body, click, air) as numbers, and edits of them."""
