"""The three models of ../Models/*.cs in PyTorch. p is the dictionary of parameters by path."""
import torch
import torch.nn.functional as F
from layers import causal_attention, layer_norm, rms_norm, rope, single


def nll(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")


class Sample:
    vocabulary, width, hidden, heads, context, batch, layers = 64, 32, 48, 4, 16, 8, 3
    micro_batches, weighted, training_steps, seed = 2, True, 20, 1
    sites = [("Blocks[*].Experts", 3, 8, 2)]        # path, layers, experts, top-k

    def shapes(self):
        w, h = self.width, self.hidden
        yield "Embedding", (self.vocabulary, w)
        yield "FinalNorm", (w,)
        for i in range(self.layers):
            yield f"Blocks[{i}].AttentionNorm", (w,)
            for name in ("Query", "Key", "Value", "Output"):
                yield f"Blocks[{i}].{name}", (w, w)
            yield f"Blocks[{i}].ExpertNorm", (w,)
            yield f"Blocks[{i}].Router", (w, 8)
            for e in range(8):
                yield f"Blocks[{i}].Experts[{e}].Gate", (w, h)
                yield f"Blocks[{i}].Experts[{e}].Up", (w, h)
                yield f"Blocks[{i}].Experts[{e}].Down", (h, w)

    def decays(self, path):
        return not path.endswith("Norm")

    def logits(self, p, routing, tokens):
        x = p["Embedding"][tokens]
        for i in range(self.layers):
            b = f"Blocks[{i}]."
            h = rms_norm(x, p[b + "AttentionNorm"])
            q, k = (rope(h @ p[b + name], self.heads) for name in ("Query", "Key"))
            x = x + causal_attention(q, k, h @ p[b + "Value"], self.heads) @ p[b + "Output"]
            h = rms_norm(x, p[b + "ExpertNorm"])

            def expert(e, rows):
                c = f"{b}Experts[{e}]."
                return (F.silu(rows @ p[c + "Gate"]) * (rows @ p[c + "Up"])) @ p[c + "Down"]

            x = x + routing.experts(0, i, h, h @ p[b + "Router"], 2, expert, balance=0.01, router_z=0.001)
        return rms_norm(x, p["FinalNorm"]) @ p["Embedding"].T

    def loss(self, p, routing, tokens, targets, weights, all_weights):
        """One micro-batch's part: the denominator is global, so that the mean over micro-batches is the step's weighted mean."""
        return self.micro_batches * (weights.flatten() * nll(self.logits(p, routing, tokens), targets)).sum() / all_weights


class GroupedQuery:
    vocabulary, width, hidden, heads, kv_heads, context, batch, layers = 48, 32, 40, 4, 2, 12, 8, 2
    micro_batches, weighted, training_steps, seed = 2, False, 0, 1
    sites = [("Blocks[*].Experts", 2, 8, 2)]

    def shapes(self):
        w, h, kv = self.width, self.hidden, 2 * self.kv_heads * self.width // self.heads

        def attention(b):
            yield from ((b + "Attention.NormGain", (w,)), (b + "Attention.NormBias", (w,)), (b + "Attention.Query", (w, w)), (b + "Attention.QueryBias", (w,)))
            yield from ((b + "Attention.KeyValue", (w, kv)), (b + "Attention.KeyValueBias", (kv,)), (b + "Attention.Gate", (w, w)))
            yield from ((b + "Attention.Output", (w, w)), (b + "Attention.OutputBias", (w,)), (b + "NormGain", (w,)), (b + "NormBias", (w,)))

        def two_layers(b, hidden):
            yield from ((b + "Up", (w, hidden)), (b + "UpBias", (hidden,)), (b + "Down", (hidden, w)), (b + "DownBias", (w,)))

        yield "Embedding", (self.vocabulary, w)
        yield from attention("First.")
        yield from two_layers("First.", 2 * h)
        for i in range(self.layers):
            yield from attention(f"Blocks[{i}].")
            yield f"Blocks[{i}].Router", (w, 8)
            yield f"Blocks[{i}].RouterBias", (8,)
            for e in range(8):
                yield from two_layers(f"Blocks[{i}].Experts[{e}].", h)
        yield from (("FinalGain", (w,)), ("FinalBias", (w,)), ("Head", (w, self.vocabulary)), ("HeadBias", (self.vocabulary,)))

    def attention(self, p, b, x):
        h = layer_norm(x, p[b + "NormGain"], p[b + "NormBias"])
        query = rope(F.linear(h, p[b + "Query"].T, p[b + "QueryBias"]), self.heads)
        key, value = F.linear(h, p[b + "KeyValue"].T, p[b + "KeyValueBias"]).chunk(2, -1)
        attended = causal_attention(query, rope(key, self.kv_heads), value, self.heads)
        return x + F.linear(attended * torch.sigmoid(h @ p[b + "Gate"]), p[b + "Output"].T, p[b + "OutputBias"])

    def logits(self, p, routing, tokens):
        x = self.attention(p, "First.Attention.", p["Embedding"][tokens])
        h = F.linear(layer_norm(x, p["First.NormGain"], p["First.NormBias"]), p["First.Up"].T, p["First.UpBias"])
        smooth, bounded = h.split([self.hidden // 2, 3 * self.hidden // 2], -1)
        h = torch.cat([F.gelu(smooth, approximate="tanh"), torch.tanh(bounded)], -1)
        x = x + F.linear(h, p["First.Down"].T, p["First.DownBias"])
        for i in range(self.layers):
            b = f"Blocks[{i}]."
            x = self.attention(p, b + "Attention.", x)
            h = layer_norm(x, p[b + "NormGain"], p[b + "NormBias"])

            def expert(e, rows):
                c = f"{b}Experts[{e}]."
                inner = F.gelu(F.linear(rows, p[c + "Up"].T, p[c + "UpBias"]), approximate="tanh")
                return F.linear(inner, p[c + "Down"].T, p[c + "DownBias"])

            logits = F.linear(h, p[b + "Router"].T, p[b + "RouterBias"])
            x = x + routing.experts(0, i, h, logits, 2, expert, balance=0.02, router_z=0.001)
        return F.linear(layer_norm(x, p["FinalGain"], p["FinalBias"]), p["Head"].T, p["HeadBias"])

    def loss(self, p, routing, tokens, targets, weights, all_weights):
        return nll(self.logits(p, routing, tokens), targets).mean()


class TwoSizes:
    vocabulary, width, groups, context, batch, layers = 40, 24, 4, 10, 8, 2
    micro_batches, weighted, training_steps, seed = 1, False, 0, 1
    sites = [("Blocks[*].Experts", 2, 8, 3), ("Specialists", 1, 16, 1)]

    def shapes(self):
        w = self.width

        def feed_forward(b, hidden):
            yield from ((b + "Norm", (w,)), (b + "Up", (w, hidden)), (b + "Down", (hidden, w)))

        yield from (("Embedding", (self.vocabulary, w)), ("Positions", (self.context, w)))
        yield from feed_forward("Narrow.", 16)
        yield from (("Mixer.Query", (w, w)), ("Mixer.Key", (w, w)), ("Mixer.GatedValue", (w, w + 1)))
        for i in range(self.layers):
            yield from ((f"Blocks[{i}].Norm", (w,)), (f"Blocks[{i}].Router", (w, 8)))
            for e in range(8):
                c = f"Blocks[{i}].Experts[{e}]."
                yield from ((c + "Gate", (w, 28)), (c + "Up", (w, 28)), (c + "Down", (28, w)))
        yield from feed_forward("Wide.", 56)
        yield from (("ScaleGain", (w,)), ("Shift", (w,)), ("Router", (w, 16)))
        for e in range(16):
            yield from ((f"Specialists[{e}].Up", (w, 20)), (f"Specialists[{e}].Down", (20, w)))
        yield "Head", (w, self.vocabulary)

    def logits(self, p, routing, tokens):
        x = p["Embedding"][tokens] + p["Positions"]
        x = x + (1 - torch.exp(0.5 * (rms_norm(x, p["Narrow.Norm"]) @ p["Narrow.Up"]))) @ p["Narrow.Down"]

        scores = torch.einsum("btc,bsc->bts", x @ p["Mixer.Query"], x @ p["Mixer.Key"]) / 4
        gated = torch.einsum("bts,bsc->btc", scores.softmax(-1), x) @ p["Mixer.GatedValue"]
        x = x + torch.sigmoid(gated[..., :1]) * gated[..., 1:]

        for i in range(self.layers):
            b = f"Blocks[{i}]."
            h = rms_norm(x, p[b + "Norm"])

            def gated_expert(e, rows):
                c = f"{b}Experts[{e}]."
                return (torch.sigmoid(rows @ p[c + "Gate"]) * (rows @ p[c + "Up"])) @ p[c + "Down"]

            x = x + routing.experts(0, i, h, h @ p[b + "Router"], 3, gated_expert, balance=0.01)

        for divisor in (1, 2):
            h = rms_norm(x, p["Wide.Norm"]) @ p["Wide.Up"]
            x = x + (F.silu(h) - single(0.1) * h) @ p["Wide.Down"] / divisor

        h = (x - p["Shift"]) / p["ScaleGain"]
        relu_expert = lambda e, rows: torch.relu(rows @ p[f"Specialists[{e}].Up"]) @ p[f"Specialists[{e}].Down"]
        x = x - routing.experts(1, 0, h, h @ p["Router"], 1, relu_expert, balance=0.02, router_z=0.002)

        shares = x.unflatten(-1, (self.groups, self.width // self.groups)).softmax(-1).flatten(-2)
        x = 0.75 * x + 0.25 * (x * shares)
        return (x / (p["ScaleGain"] + 1)) @ p["Head"]

    def loss(self, p, routing, tokens, targets, weights, all_weights):
        logits = self.logits(p, routing, tokens)
        scale = p["ScaleGain"]
        return nll(logits, targets).mean() + single(0.05) * logits.pow(2).mean() + single(0.001) * (torch.tanh(scale) * scale).sum()


MODELS = [Sample(), GroupedQuery(), TwoSizes()]
