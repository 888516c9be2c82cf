"""Help with the prompt: hints, templates, the enhancer."""
