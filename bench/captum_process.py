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
from captum.attr import DeepLift, GuidedBackprop, IntegratedGradients, LayerGradCam, LRP, Occlusion, Saliency
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock, Bottleneck

sys.path.insert(0, str(Path(__file__).parent.parent / "test/fixtures/networks"))
import random_models  # noqa: E402


def basic_block(block: BasicBlock, x: Tensor) -> Tensor:
    out = block.relu1(block.bn1(block.conv1(x)))
    out = block.bn2(block.conv2(out))
    return block.relu2(out + (x if block.downsample is None else block.downsample(x)))


def bottleneck(block: Bottleneck, x: Tensor) -> Tensor:
    out = block.relu1(block.bn1(block.conv1(x)))
    out = block.relu2(block.bn2(block.conv2(out)))
    out = block.bn3(block.conv3(out))
    return block.relu3(out + (x if block.downsample is None else block.downsample(x)))


BLOCKS = {BasicBlock: (basic_block, 2), Bottleneck: (bottleneck, 3)}


def for_hooks(model: nn.Module) -> nn.Module:
    """The network as Captum's overlays need it: every activation a module of its own that does not overwrite its input."""
    for module in list(model.modules()):
        if type(module) in BLOCKS:
            forward, count = BLOCKS[type(module)]
            del module.relu
            for i in range(count):
                module.add_module(f"relu{i + 1}", nn.ReLU())
            module.forward = forward.__get__(module)
        elif isinstance(module, (nn.ReLU, nn.ReLU6)):
            module.inplace = False
    return model


def with_rules(model: nn.Module) -> nn.Module:
    """The network with nothing that Captum's LRP has no rule for: ReLU6 becomes ReLU."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.ReLU6):
                setattr(module, name, nn.ReLU())
    return for_hooks(model)


def main() -> None:
    setting = json.loads(sys.argv[1])
    torch.set_num_threads(setting["threads"])
    target, steps, occlusion = setting["target"], setting["steps"], setting["occlusion"]
    model = random_models.build(setting["model"])[0]
    hooked, ruled = for_hooks(random_models.build(setting["model"])[0]), with_rules(random_models.build(setting["model"])[0])
    x = torch.from_numpy(random_models.image()).requires_grad_()
    last = model.get_submodule(setting["norm"])
    convolutions = [module for module in model.modules() if isinstance(module, nn.Conv2d)]

    def every_convolution() -> dict[str, Any]:
        for layer in convolutions:
            LayerGradCam(model, layer).attribute(x, target)
        return {"layers": len(convolutions)}

    tasks = {
        "gradCam": lambda: LayerGradCam(model, last).attribute(x, target),
        "everyConvolution": every_convolution,
        "saliency": lambda: Saliency(model).attribute(x, target),
        "guidedBackprop": lambda: GuidedBackprop(hooked).attribute(x, target),
        "deepLift": lambda: DeepLift(hooked).attribute(x, target=target),
        "lrp": lambda: LRP(ruled).attribute(x, target=target),
        "integratedGradients": lambda: IntegratedGradients(model).attribute(x, target=target, n_steps=steps),
        "occlusion": lambda: Occlusion(model).attribute(x, (3, *occlusion["window"]), (3, *occlusion["stride"]), target=target),
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
