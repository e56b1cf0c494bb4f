"""How good a set of kicks is: figures compared with floors and known damage. It reads audio and knows no model."""
