"""What a picture shows, before any number is shown: lungs, orientation, whether it is a film."""
