"""The parts of pvl that read labels: import them from here.

pvl 1.3 warns at import of an optional library and of its own old classes; QGIS shows Python's
warnings to its users, who can do nothing about them.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pvl.collections import Quantity
    from pvl.exceptions import LexerError, ParseError, QuantityError
    from pvl.parser import OmniParser

__all__ = ["LexerError", "OmniParser", "ParseError", "Quantity", "QuantityError"]
