"""A torchvision built for CUDA beside a torch for CPUs in; one that can be imported out.

Such a torchvision declares what its operators give before it has them, which torch refuses. Here they are declared,
without anything behind them, right before it is imported, in every process of an environment that holds this file and
a ``.pth`` file that imports it. No operator of these is called in serving.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType


class DeclareFirst:
    """Finds nothing; when torchvision is looked for it declares the operators, once."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Declare before torchvision is found by the others."""
        if name == "torchvision":
            sys.meta_path.remove(self)
            import torch

            library = torch.library.Library("torchvision", "DEF")
            library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
            library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
            torch.torchvision_operators = library  # declarations last as long as their library
        return None


sys.meta_path.insert(0, DeclareFirst())
