"""How good is a set of kicks: figures beside floors and known damage. It reads audio and knows no model."""
