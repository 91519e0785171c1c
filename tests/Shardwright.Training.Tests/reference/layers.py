"""Forward definitions in PyTorch; every gradient comes from autograd."""
import torch
import torch.nn.functional as F


def rms_norm(x, gain, epsilon=1e-5):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon) * gain


def layer_norm(x, gain, bias, epsilon=1e-5):
    return F.layer_norm(x, gain.shape, gain, bias, epsilon)


def rope(x, heads, theta=10000.0):
    """Rotates the pairs (i, i + s/2) of every head by position * theta^(-2i/s)."""
    batch, length, width = x.shape
    s = width // heads
    frequencies = theta ** (-2 * torch.arange(s // 2, dtype=x.dtype) / s)
    rotation = torch.polar(torch.ones(length, s // 2, dtype=x.dtype), torch.outer(torch.arange(length, dtype=x.dtype), frequencies))
    halves = x.view(batch, length, heads, 2, s // 2)
    turned = torch.complex(halves[..., 0, :].contiguous(), halves[..., 1, :].contiguous()) * rotation[:, None, :]
    return torch.cat([turned.real, turned.imag], -1).reshape(batch, length, width)


def causal_attention(q, k, v, heads):
    batch, length, width = q.shape
    s = width // heads
    split = lambda t: t.view(batch, length, -1, s).transpose(1, 2)
    q, k, v = split(q), split(k), split(v)
    repeats = heads // k.shape[1]
    k, v = k.repeat_interleave(repeats, 1), v.repeat_interleave(repeats, 1)
    mask = torch.full((length, length), float("-inf"), dtype=q.dtype).triu(1)
    probabilities = torch.softmax(q @ k.transpose(-1, -2) / s**0.5 + mask, -1)
    return (probabilities @ v).transpose(1, 2).reshape(batch, length, width)


class Routing:
    """Routes the tokens of one micro-batch; records what was selected, or replays it."""

    def __init__(self, replay=None):
        self.replay = replay            # {(site, layer): long [tokens, k]}
        self.selected = {}
        self.balance = 0.0
        self.router_z = 0.0
        self.margin = float("inf")      # smallest gap between neighbours among the k + 1 largest logits of any token

    def experts(self, site, layer, x, logits, top_k, expert, balance=0.0, router_z=0.0):
        """expert(e, rows) -> rows; coefficients as written in C#, so rounded to float32."""
        shape, count = x.shape, logits.shape[-1]
        x, logits = x.reshape(-1, shape[-1]), logits.reshape(-1, count)
        tokens = x.shape[0]
        descending = logits.detach().sort(-1, descending=True)
        self.margin = min(self.margin, (descending.values[:, :top_k] - descending.values[:, 1 : top_k + 1]).min().item())
        chosen = self.replay[site, layer] if self.replay else descending.indices[:, :top_k]
        self.selected[site, layer] = chosen
        gates = torch.softmax(logits.gather(1, chosen), -1)
        y = torch.zeros_like(x)
        for e in range(count):
            rows, slot = (chosen == e).nonzero(as_tuple=True)
            if len(rows):
                y = y.index_add(0, rows, gates[rows, slot, None] * expert(e, x[rows]))
        fraction = torch.bincount(chosen.flatten(), minlength=count).to(x.dtype) / (tokens * top_k)
        mean_probability = torch.softmax(logits, -1).mean(0)
        self.balance = self.balance + single(balance) * count * (fraction * mean_probability).sum()
        self.router_z = self.router_z + single(router_z) * torch.logsumexp(logits, -1).pow(2).mean()
        return y.reshape(shape)


def single(x):
    """The float32 that a C# literal like 0.01f denotes."""
    return torch.tensor(x, dtype=torch.float32).item()
