"""Records as text: one format each. Every format has `HEADER` and `line(record)`."""
