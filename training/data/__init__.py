"""Films on their way into training: archives, splits, preparation, augmentation, batches."""
