"""What a picture is, before a number is shown: the lungs, how it stands, and whether it is a film."""
