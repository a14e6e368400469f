"""Strangers' files are decoded here: in processes of their own, which may do nothing else."""
