"""A blind listening test that anybody can hold: a static page, built from one's own kicks and our models.

    python -m paper.listening.build LIBRARY -o test [--wavegan BUNDLE]
    python -m paper.listening.score test-key.json answers-*.json

No test has been held so far, and no sound of one is kept here.
"""
