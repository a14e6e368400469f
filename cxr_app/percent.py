"""A share as people read it, the same in every shell."""

__all__ = ["percent"]


def percent(share: float) -> str:
    """Write a share with one decimal; what is not certain never reads as 0.0% or 100.0%."""
    text = f"{share:.1%}"
    if text == "100.0%" and share < 1:
        return ">99.9%"
    if text == "0.0%" and share > 0:
        return "<0.1%"
    return text
