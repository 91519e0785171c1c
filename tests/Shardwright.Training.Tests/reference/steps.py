"""One training step and twenty of them: objective, gradients, clipping, AdamW."""
import math
import numpy as np
import torch
import values
from layers import Routing, single

LEARNING_RATE, BETAS, EPSILON, DECAY, CLIP = 1e-3, (0.9, 0.95), 1e-8, 0.1, 1.0


def parameters(model, dtype=torch.float64):
    return {path: torch.tensor(values.parameter(model.seed, path, shape), dtype=dtype).requires_grad_() for path, shape in model.shapes()}


def inputs(model, step, dtype=torch.float64):
    """tokens, targets [micro-batches, batch, context]; weights likewise or None."""
    shape = (model.micro_batches, model.batch, model.context)
    integers = lambda name: torch.from_numpy(values.integers(model.seed, f"{name}/{step}", math.prod(shape), model.vocabulary)).reshape(shape)
    weights = torch.tensor(values.weights(model.seed, f"weights/{step}", math.prod(shape)), dtype=dtype).reshape(shape) if model.weighted else None
    return integers("tokens"), integers("targets"), weights


class Step:
    """Objective = mean over micro-batches of loss + balance + router z; leaves its gradient in the parameters."""

    def __init__(self, model, p, step, replay=None, dtype=torch.float64):
        tokens, targets, weights = inputs(model, step, dtype)
        count = model.micro_batches
        for tensor in p.values():
            tensor.grad = None
        self.loss = self.balance = self.router_z = 0.0
        self.margin, self.selected = float("inf"), []
        for m in range(count):
            routing = Routing(replay[m] if replay else None)
            loss = model.loss(p, routing, tokens[m], targets[m], weights[m] if model.weighted else None, weights.sum() if model.weighted else None)
            ((loss + routing.balance + routing.router_z) / count).backward()
            self.loss += loss.item() / count
            self.balance += float(routing.balance) / count
            self.router_z += float(routing.router_z) / count
            self.margin = min(self.margin, routing.margin)
            self.selected.append(routing.selected)
        for tensor in p.values():
            if tensor.grad is None:
                tensor.grad = torch.zeros_like(tensor)
        self.gradient_norm = math.sqrt(sum(tensor.grad.double().pow(2).sum().item() for tensor in p.values()))


def train(model, replay=None, dtype=torch.float64):
    """Returns the steps and the final parameters."""
    p = parameters(model, dtype)
    decayed = [t for path, t in p.items() if model.decays(path)]
    others = [t for path, t in p.items() if not model.decays(path)]
    groups = [{"params": decayed, "weight_decay": single(DECAY)}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=single(LEARNING_RATE), betas=(single(BETAS[0]), single(BETAS[1])), eps=single(EPSILON))
    steps = []
    for s in range(model.training_steps):
        step = Step(model, p, s, replay[s] if replay else None, dtype)
        if step.gradient_norm > CLIP:
            for tensor in p.values():
                tensor.grad *= CLIP / step.gradient_norm
        optimizer.step()
        steps.append(step)
    return steps, p


def routes(model, steps):
    """uint8 [step, micro-batch, site, layer, token, k], sites in order, flattened."""
    parts = [step.selected[m][site, layer].numpy().astype(np.uint8).ravel()
             for step in steps for m in range(model.micro_batches) for site, (_, layers, _, _) in enumerate(model.sites) for layer in range(layers)]
    return np.concatenate(parts)
