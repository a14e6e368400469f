"""Cross-validation: designs of a model ranked on films that each of its trainings left out."""
