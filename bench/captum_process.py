"""Captum's side of the benchmark: requests and answers are lines of JSON (see protocol.ts)."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import captum
import torch
import torchvision
from captum.attr import LayerGradCam, Saliency

sys.path.insert(0, str(Path(__file__).parent.parent / "test/fixtures/networks"))
import random_models  # noqa: E402


def main() -> None:
    setting = json.loads(sys.argv[1])
    torch.set_num_threads(setting["threads"])
    target = setting["target"]
    model, _ = random_models.build(setting["model"])
    x = torch.from_numpy(random_models.image()).requires_grad_()
    last = model.get_submodule(setting["norm"])
    convolutions = [module for module in model.modules() if isinstance(module, torch.nn.Conv2d)]

    def every_layer() -> dict[str, Any]:
        for layer in convolutions:
            LayerGradCam(model, layer).attribute(x, target)
        return {"layers": len(convolutions)}

    tasks = {
        "prepare": lambda: None,
        "gradCam": lambda: LayerGradCam(model, last).attribute(x, target),
        "saliency": lambda: Saliency(model).attribute(x, target),
        "everyConvolution": every_layer,
        "everyLayer": every_layer,
        "memory": lambda: {"mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)},
    }

    def answer(values: dict[str, Any]) -> None:
        print(json.dumps(values), flush=True)

    answer({"versions": f"Captum {captum.__version__}, PyTorch {torch.__version__}, torchvision {torchvision.__version__}"})
    for line in sys.stdin:
        started = time.perf_counter()
        result = tasks[json.loads(line)]()
        ms = 1000 * (time.perf_counter() - started)
        answer({"ms": ms, **(result if isinstance(result, dict) else {})})


main()
