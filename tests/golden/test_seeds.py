"""The first numbers of some seeds, for ever: if one of these changes, every kick that anybody kept has changed."""

import numpy as np
import pytest

from kickitout import randomness
