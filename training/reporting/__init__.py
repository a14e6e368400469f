"""What is written beside a model: figures, pictures and the card that tells them."""
