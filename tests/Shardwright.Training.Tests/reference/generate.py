"""Regenerates the fixtures, compares them with the committed ones (--check), or shows what float32 loses (--float32). See README.md."""
import argparse
import json
import pathlib
import numpy as np
import torch
import values
from models import MODELS
from steps import BETAS, CLIP, DECAY, EPSILON, LEARNING_RATE, Step, parameters, routes, train

FOLDER = pathlib.Path(__file__).parent / "fixtures"
FURTHER = range(1, 4)   # further steps' inputs, from the initial parameters
FURTHER_STRIDE = 11     # of their gradients' stored elements
STRIDE = 5      # of the final parameters' stored elements: coprime with every row length, so all columns are sampled


def build(model):
    """(index, binary): gradients, then sampled final parameters (float32, little-endian), then routes (bytes)."""
    steps, final = train(model) if model.training_steps else ([], None)
    further = []
    for number in FURTHER:
        p = parameters(model)
        further.append((number, Step(model, p, number), [tensor.grad.numpy().ravel()[::FURTHER_STRIDE].astype("<f4") for tensor in p.values()]))
    p = parameters(model)
    first = Step(model, p, 0)
    index = {
        "model": type(model).__name__, "seed": model.seed, "vocabulary": model.vocabulary, "batch": model.batch, "context": model.context,
        "microBatches": model.micro_batches, "weighted": model.weighted,
        "objective": first.loss + first.balance + first.router_z, "loss": first.loss, "balance": first.balance, "routerZ": first.router_z,
        "gradientNorm": first.gradient_norm, "routingMargin": first.margin,
        "sites": [{"path": path, "layers": layers, "experts": experts, "topK": k} for path, layers, experts, k in model.sites],
        "parameters": [], "training": None,
    }
    blocks, offset = [], 0
    for path, tensor in p.items():
        index["parameters"].append({"path": path, "shape": list(tensor.shape), "gradient": offset})
        blocks.append(tensor.grad.numpy().ravel().astype("<f4"))
        offset += tensor.numel()
    if steps:
        for entry in index["parameters"]:
            value = final[entry["path"]].detach().numpy().ravel()
            entry["final"], entry["finalNorm"] = offset, float(np.linalg.norm(value))
            blocks.append(value[::STRIDE].astype("<f4"))
            offset += len(blocks[-1])
        index["training"] = {
            "steps": len(steps), "learningRate": LEARNING_RATE, "beta1": BETAS[0], "beta2": BETAS[1], "epsilon": EPSILON, "weightDecay": DECAY, "clipNorm": CLIP,
            "finalStride": STRIDE, "routingMargin": min(s.margin for s in steps), "losses": [s.loss for s in steps], "balances": [s.balance for s in steps],
            "routerZs": [s.router_z for s in steps], "gradientNorms": [s.gradient_norm for s in steps],
        }
    index["furtherStride"], index["furtherSteps"] = FURTHER_STRIDE, []
    for number, step, gradients in further:
        index["furtherSteps"].append({"step": number, "loss": step.loss, "balance": step.balance, "routerZ": step.router_z, "gradientNorm": step.gradient_norm, "routingMargin": step.margin, "gradient": offset})
        blocks += gradients
        offset += sum(len(g) for g in gradients)
    index["routes"] = 4 * offset        # byte offset
    binary = b"".join(b.tobytes() for b in blocks) + routes(model, steps or [first]).tobytes()
    return index, binary


def text(index):
    """JSON with one line per key and per parameter."""
    lines = []
    for key, value in index.items():
        if key == "parameters":
            lines.append('  "parameters": [\n' + ",\n".join("    " + json.dumps(v) for v in value) + "\n  ]")
        elif key == "training" and value:
            lines.append('  "training": {\n' + ",\n".join(f"    {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()) + "\n  }")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def differences(old, new, at=""):
    """Yields where two indices differ: numbers beyond 1e-9 relative, anything else at all."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for key in old:
            yield from differences(old[key], new[key], f"{at}.{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for i, (a, b) in enumerate(zip(old, new)):
            yield from differences(a, b, f"{at}[{i}]")
    elif isinstance(old, float) and isinstance(new, float) and abs(old - new) <= 1e-9 * abs(old):
        return
    elif old != new:
        yield f"{at}: committed {old!r}, regenerated {new!r}"


def check(model, index, binary):
    name = type(model).__name__
    problems = list(differences(json.loads((FOLDER / f"{name}.json").read_text()), index))
    committed = (FOLDER / f"{name}.bin").read_bytes()
    floats = index["routes"]
    old, new = (np.frombuffer(b[:floats], "<f4").astype(np.float64) for b in (committed, binary))
    if len(committed) != len(binary) or np.linalg.norm(old - new) > 1e-6 * np.linalg.norm(old):
        problems.append(f"{name}.bin: gradients or final parameters differ")
    if committed[floats:] != binary[floats:]:
        problems.append(f"{name}.bin: routes differ")
    return problems


def float32_error(model):
    """Relative L2 of float32 PyTorch against the float64 reference, from the same float32 parameters and the same routes."""
    exact, rounded = parameters(model), parameters(model, torch.float32)
    first = Step(model, exact, 0)
    single = Step(model, rounded, 0, first.selected, torch.float32)
    relative = lambda a, b: ((a.double() - b.double()).norm() / b.double().norm()).item() if b.norm() > 0 else 0.0
    worst = max((relative(rounded[path].grad, exact[path].grad), path) for path in exact)
    print(f"{type(model).__name__}: loss {abs(single.loss - first.loss) / first.loss:.1e}, worst gradient {worst[0]:.1e} ({worst[1]})")
    if model.training_steps:
        steps, p = train(model)
        steps32, p32 = train(model, [s.selected for s in steps], torch.float32)
        losses = max(abs(a.loss - b.loss) / b.loss for a, b in zip(steps32, steps))
        norms = max(abs(a.gradient_norm - b.gradient_norm) / b.gradient_norm for a, b in zip(steps32, steps))
        worst = max((relative(p32[path].detach(), p[path].detach()), path) for path in p)
        print(f"  {len(steps)} steps: losses {losses:.1e}, gradient norms {norms:.1e}, worst final parameter {worst[0]:.1e} ({worst[1]})")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="compare with the committed fixtures; exit 1 on a difference")
    options.add_argument("--float32", action="store_true", help="print what float32 PyTorch loses against float64")
    options.add_argument("--values", action="store_true", help="print sample values of the generator, for ReferenceValuesTests.cs")
    arguments = options.parse_args()
    torch.set_num_threads(1)
    if arguments.values:
        for path, shape in (("Blocks[2].Experts[5].Gate", (32, 48)), ("FinalNorm", (32,)), ("HeadBias", (48,))):
            v = values.parameter(1, path, shape).ravel()
            print(path, [f"0x{b:08X}" for b in v.view(np.uint32)[[0, 1, 7, -1]]])
        print("tokens/0", values.integers(1, "tokens/0", 8, 64).tolist(), "weights/3", [f"0x{b:08X}" for b in values.weights(1, "weights/3", 8).view(np.uint32)])
        return
    failures = 0
    for model in MODELS:
        if arguments.float32:
            float32_error(model)
            continue
        index, binary = build(model)
        name = type(model).__name__
        if index["routingMargin"] < 1e-4:
            raise SystemExit(f"{name}: routing margin {index['routingMargin']:.1e} < 1e-4 at the first step: change its seed")
        if arguments.check:
            problems = check(model, index, binary)
            failures += len(problems)
            print(f"{name}: " + ("agrees" if not problems else "\n  ".join(problems[:10])))
        else:
            FOLDER.mkdir(exist_ok=True)
            (FOLDER / f"{name}.json").write_text(text(index))
            (FOLDER / f"{name}.bin").write_bytes(binary)
            print(f"{name}: loss {index['loss']:.6f}, balance {index['balance']:.6f}, router z {index['routerZ']:.6f}, gradient norm {index['gradientNorm']:.4f}, "
                  f"routing margin {index['routingMargin']:.1e}, {len(binary)} + {len(text(index))} bytes")
            if index["training"]:
                print("  losses", " ".join(f"{x:.3f}" for x in index["training"]["losses"]), "\n  norms", " ".join(f"{x:.3f}" for x in index["training"]["gradientNorms"]), f"\n  margin {index['training']['routingMargin']:.1e}")
    raise SystemExit(1 if failures else 0)


main()
