"""A hook of hatch: no wheel without the page's third-party scripts."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class VendorHook(BuildHookInterface[Any]):
    """Refuses to build a wheel whose page would lack scripts; an editable install does not need them."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raise `RuntimeError` where a wheel is built and the scripts are not there, or not those of the lock."""
        if version == "editable":
            return
        folder = Path(self.root) / "vendoring"
        sys.path.insert(0, str(folder))
        try:
            import vendor
        finally:
            sys.path.remove(str(folder))
        if not vendor.is_whole():
            raise RuntimeError("the page's third-party scripts are missing; run python vendoring/vendor.py first")
