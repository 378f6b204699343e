"""What `msticpy.sectools.outliers` has for outliers; it stands in other modules here."""

from __future__ import annotations

from graphhunt.toolbox.outliers import identify_outliers, remove_common_items
from graphhunt.toolbox.plot_outliers import plot_outlier_results

__all__ = [
    "identify_outliers",
    "plot_outlier_results",
    "remove_common_items",
]
