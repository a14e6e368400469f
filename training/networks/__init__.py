"""Networks: backbones, heads, the graphs made of them, their weights, what is frozen."""
