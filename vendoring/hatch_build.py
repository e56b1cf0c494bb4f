"""A hook of hatch: a wheel holds the page's third-party scripts, which are fetched where they are missing."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class VendorHook(BuildHookInterface[Any]):
    """Sees to the scripts before a wheel is built; an editable install does not need them."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the scripts of the lock. Raise `RuntimeError` where they are not to be had."""
        if version == "editable":
            return
        folder = Path(self.root) / "vendoring"
        sys.path.insert(0, str(folder))
        try:
            import vendor
        finally:
            sys.path.remove(str(folder))
        try:
            vendor.vendor()
        except (vendor.VendorError, OSError) as error:
            raise RuntimeError(f"the page's third-party scripts are missing, and cannot be fetched: {error}") from error
