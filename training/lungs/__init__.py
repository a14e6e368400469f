"""Where the lungs are: a small segmentation network, its films, its training and its measure."""
