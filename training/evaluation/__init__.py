"""What a finished bundle is worth: measured as the app would answer, with intervals."""
